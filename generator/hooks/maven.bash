# Puts a server right below <servers>.
put_into_settings() { # put_into_settings ID SERVER-ID USER
  local id=$1 server=$2 user=$3 path='' name rest='' position=-1 wrap=''
  # Maven reads ${…} as a variable, and a password in braces as an encrypted one.
  refuse_in_token "${id}" 'settings.xml' '$''{' '{' '}'
  remove_block "${id}"
  if ((${#lines[@]} == 0)); then
    lines=($'<settings>\n' $'</settings>\n')
  fi
  text=''
  for line in "${lines[@]}"; do
    text+=${line}
  done

  # From one tag to the next; path is where we are.
  rest=${text}
  while [[ ${rest} == *'<'* ]]; do
    rest=${rest#*'<'}
    case ${rest} in
      '!--'*'-->'*) rest=${rest#*'-->'} ;;
      '![CDATA['*']]>'*) rest=${rest#*']]>'} ;;
      '?'*'?>'*) rest=${rest#*'?>'} ;;
      '!'* | '?'*) settings_unclear ;;
      '/'*'>'*)
        name=${rest%%'>'*}
        name=${name#/}
        name=${name%"${name##*[![:space:]]}"}
        if [[ ${path} != *"/${name}" ]]; then
          settings_unclear
        fi
        if [[ ${path} == /settings ]] && ((position < 0)); then
          position=$((${#text} - ${#rest} - 1))
          wrap=yes
        fi
        path=${path%/*}
        rest=${rest#*'>'}
        ;;
      *'>'*)
        name=${rest%%'>'*}
        rest=${rest#*'>'}
        path+="/${name%%[[:space:]/]*}"
        case ${path} in
          /settings | /settings/servers)
            if [[ ${name} == */ ]]; then
              settings_unclear
            fi
            ;;
          *) ;;
        esac
        if [[ ${name} == */ ]]; then
          path=${path%/*}
          continue
        fi
        case ${path} in
          /settings/servers) position=$((${#text} - ${#rest})) ;;
          /settings/servers/server/id)
            name=${rest%%'<'*}
            name=${name#"${name%%[![:space:]]*}"}
            if [[ ${name%"${name##*[![:space:]]}"} == "${server}" ]]; then
              fail "${file} has a server ${server} of its own: remove it, or give ${id} another server_id"
            fi
            ;;
          *) ;;
        esac
        ;;
      *) settings_unclear ;;
    esac
  done
  if [[ -n ${path} ]] || ((position < 0)); then
    settings_unclear
  fi

  rest=${text:position}
  text=${text:0:position}
  if [[ -z ${wrap} ]]; then
    # What follows <servers> begins with a line end of its own, from the second run on at the latest.
    case ${rest} in
      $'\n'*) rest=${rest:1} text+=$'\n' ;;
      $'\r\n'*) rest=${rest:2} text+=$'\r\n' ;;
      *) text+=$'\n' ;;
    esac
  fi
  lines=("${text}")
  if [[ -n ${wrap} ]]; then
    lines+=($'  <servers>\n')
  fi
  xml_text "${tokens[${id}]}"
  insert_block "${id}" "${#lines[@]}" '    ' '<server>' "  <id>${server}</id>" \
    "  <username>${user}</username>" "  <password>${value}</password>" '</server>'
  if [[ -n ${wrap} ]]; then
    lines+=($'  </servers>\n')
  fi
  lines+=("${rest}")
  split_lines
}

settings_unclear() {
  fail "${file} cannot be understood: write <settings> with <servers></servers> in it, or remove the file"
}

# Sets value to a text as XML takes it.
xml_text() { # xml_text TEXT
  value=${1//'&'/"&amp;"}
  value=${value//'<'/"&lt;"}
  value=${value//'>'/"&gt;"}
}

# Lets each element of lines hold one line again.
split_lines() {
  local -a parts=("${lines[@]}")
  lines=()
  for text in "${parts[@]}"; do
    while [[ ${text} == *$'\n'* ]]; do
      lines+=("${text%%$'\n'*}"$'\n')
      text=${text#*$'\n'}
    done
    if [[ -n ${text} ]]; then
      lines+=("${text}")
    fi
  done
}
