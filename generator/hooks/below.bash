# Puts a block right below a line such as "[global]" or "npmScopes:", indented as far as what stands there.
put_below() { # put_below HEADING INDENTATION ID LINE…
  local heading=$1 indentation=$2 id=$3 index place=-1
  shift 3
  end_last_line
  for index in "${!lines[@]}"; do
    line=${lines[index]%%[[:space:]]#*}
    if [[ ${line%"${line##*[![:space:]]}"} == "${heading}" ]]; then
      place=$((index + 1))
      break
    fi
  done
  if ((place < 0)); then
    lines+=("${heading}"$'\n')
    place=${#lines[@]}
  fi
  for ((index = place; index < ${#lines[@]}; index++)); do
    line=${lines[index]}
    text=${line#"${line%%[![:space:]]*}"}
    case ${text} in
      '' | [\#\;]*) ;;
      '['*) break ;;
      *)
        indentation=${line%%[![:space:]]*}
        break
        ;;
    esac
  done
  insert_block "${id}" "${place}" "${indentation}" "$@"
}
