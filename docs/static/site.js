// What is wider than its place scrolls: then, and only then, the keyboard comes to it.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const each of document.querySelectorAll("article pre, .table-wrapper")) sizes.observe(each);
