# The block goes to the end, because npm takes the last of several values for one host; but what follows a
# line in brackets belongs to a section, where npm does not look.
put_into_npmrc() { # put_into_npmrc ID LINE…
  local id=$1 index
  shift
  refuse_in_token "${id}" '.npmrc' '$''{' ';' '#' '"' "'" '`' \\
  remove_block "${id}"
  end_last_line
  for index in "${!lines[@]}"; do
    if [[ ${lines[index]} == '['* ]]; then
      insert_block "${id}" "${index}" '' "$@"
      return
    fi
  done
  insert_block "${id}" "${#lines[@]}" '' "$@"
}
