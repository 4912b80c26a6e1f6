# Puts an entry at the end of npmScopes or npmRegistries: of several entries for one key yarn takes the last.
put_into_yarnrc() { # put_into_yarnrc ID MAP ENTRY LINE…
  local id=$1 map=$2 entry=$3 end='' indentation=''
  shift 3
  refuse_in_token "${id}" '.yarnrc.yml' '$''{' "'"
  look_into_yarnrc "${file}" "${map}" '' ''
  if [[ -z ${end} ]]; then
    end_last_line
    lines+=("${map}:"$'\n')
    end=${#lines[@]}
  fi
  put_block "${id}" "${end}" "${indentation:-  }" "'${entry}':" \
    '  npmAlwaysAuth: true' "  npmAuthToken: '${tokens[${id}]}'" "$@"
}

# Reads the lines as far as the hook must know YAML: sets end to the index after the last line of a map, and
# indentation to that of its entries. With the name of an entry it tells where the entry has a token of its own or
# another registry; without, it tells what cannot be added to.
look_into_yarnrc() { # look_into_yarnrc FILE MAP NAME URL
  local path=$1 map=$2 name=$3 url=$4 index inside='' current='' key text
  for index in "${!lines[@]}"; do
    line=${lines[index]#$'\xef\xbb\xbf'}
    text=${line%"${line##*[![:space:]]}"}
    if [[ -z ${text} || ${text} =~ ^[[:space:]]*'#' || ( ${index} == 0 && ${text} == '---' ) ]]; then
      continue
    fi
    if [[ ${text} != [[:space:]]* ]]; then
      inside=''
      key=${text%%:*}
      trim_quotes "${key}"
      if [[ ${text} == '---'* || ${text} == '...'* || ${text} == '{'* || ! ${text} =~ :([[:space:]]|$) ]]; then
        if [[ -z ${name} || ${text} == *"${map}"* ]]; then
          obstacle "${path}" "${index}" "this hook reads no YAML but lines of 'key: value': write it so"
        fi
      elif [[ ${key} == "${map}" ]]; then
        inside=yes
        current=''
        end=$((index + 1))
        indentation=''
        text=${text#*:}
        text=${text%%[[:space:]]#*}
        if [[ -n ${text//[[:space:]]/} ]]; then
          unclear_map "${path}" "${index}" "${text}" "${name}"
        fi
      fi
      continue
    fi
    if [[ -z ${inside} ]]; then
      continue
    fi
    end=$((index + 1))
    indentation=${indentation:-${line%%[![:space:]]*}}
    trim "${text}"
    if [[ ${line%%[![:space:]]*} != "${indentation}" ]]; then
      case ${current}:${text} in
        yes:npmAuthToken:* | yes:npmAuthIdent:*)
          obstacle "${path}" "${index}" 'this wins over the token of the hook: remove the line'
          ;;
        yes:npmRegistryServer:*)
          text=${text#*:}
          text=${text%%[[:space:]]#*}
          trim_quotes "${text}"
          compare "${key}" "${url}"
          if [[ -n ${url} && -z ${same} ]]; then
            obstacle "${path}" "${index}" 'this takes the scope from another registry: remove the line'
          fi
          ;;
        *) ;;
      esac
    elif [[ ${indentation} == *$'\t'* || ${text} == [\{\}\?\<\&\*\!]* || ! ${text} =~ :([[:space:]]|$) ]]; then
      unclear_map "${path}" "${index}" "${text}" "${name}"
    else
      text=${text%%[[:space:]]#*}
      trim "${text}"
      key=${text%:}
      if [[ ${text} != *: ]]; then
        key=${text%%:[[:space:]]*}
        unclear_map "${path}" "${index}" "${text}" "${name:-none}"
      fi
      trim_quotes "${key}"
      current=''
      if [[ ${key%/} == "${name}" ]]; then
        current=yes
      fi
    fi
  done
}

unclear_map() { # unclear_map FILE INDEX TEXT [NAME]
  if [[ -z ${4-} ]]; then
    obstacle "$1" "$2" 'the hook cannot add to this form of a map: write each entry on lines of its own'
  elif [[ $3 == *"$4"* ]]; then
    obstacle "$1" "$2" "this may win over the hook for $4: write the entry on lines of its own, without a token"
  fi
}

# Sets key to a text without blanks and quotes around it.
trim_quotes() { # trim_quotes TEXT
  local text
  trim "$1"
  key=${text#[\"\']}
  key=${key%[\"\']}
}

# Tells what in the project's own files wins over the user's.
look_around_yarnrc() { # look_around_yarnrc MAP NAME URL
  local path end indentation
  find_in_project "${YARN_RC_FILENAME:-.yarnrc.yml}"
  for path in "${found[@]}"; do
    read_lines "${path}"
    look_into_yarnrc "${path}" "$@"
  done
}
