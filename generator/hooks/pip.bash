# The block goes to the end, because the last of several entries for one host wins. The empty line ends a
# macro that may stand before it.
put_into_netrc() { # put_into_netrc ID HOST USER
  refuse_in_token "$1" 'netrc' '"' "'" \\
  put_last "$1" '' "machine $2 login $3 password ${tokens[$1]}"
}

# pip takes an option that stands twice for an error, and one in another section wins over ours.
refuse_own_settings() { # refuse_own_settings OPTION…
  local option
  for line in "${lines[@]}"; do
    text=${line#"${line%%[![:space:]]*}"}
    text=${text//_/-}
    for option in "$@"; do
      if [[ ${text} == "${option}"[[:space:]=:]* ]]; then
        fail "${file} has an ${option} of its own: remove it, the hook writes the one that is needed"
      fi
    done
  done
}
