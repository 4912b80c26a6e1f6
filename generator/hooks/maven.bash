place=0 # before which line of settings.xml the servers go
real=() # the index that each line has in the file

# Takes long lines apart before each tag, so that bash does not go through all of them for each.
split_long_lines() {
  local index
  local -a parts all=("${lines[@]}")
  lines=()
  real=()
  for index in "${!all[@]}"; do
    line=${all[index]}
    parts=("${line}")
    if ((${#line} > 500)); then
      mapfile -t parts < <(printf '%s' "${line//'<'/$'\n<'}" || true)
      if [[ ${line} == *$'\n' ]]; then
        parts[${#parts[@]} - 1]+=$'\n'
      fi
    fi
    lines+=("${parts[@]}")
    for line in "${parts[@]}"; do
      real+=("${index}")
    done
  done
}

# Reads the lines from one tag to the next; prepares a place below <servers>. Tells what has the server's id, and what
# leads Maven elsewhere.
look_into_settings() { # look_into_settings SERVER…
  local index=0 inside='' path='' tag='' content='' servers_found='' mirror='' mirror_of='' mirror_index=0 names=' '
  if ((${#lines[@]} == 0)); then
    lines=($'<settings>\n' $'</settings>\n')
  fi
  split_long_lines
  for index in "${!lines[@]}"; do
    rest=${lines[index]}
    while :; do
      case ${inside} in
        comment | data | instruction)
          case ${inside} in comment) tag='-->' ;; data) tag=']]>' ;; *) tag='?>' ;; esac
          text=${rest%%"${tag}"*}
          if ((${#text} == ${#rest})); then
            break
          fi
          rest=${rest:${#text} + ${#tag}}
          inside=''
          ;;
        tag)
          text=${rest%%'>'*}
          tag+=${text}
          if ((${#text} == ${#rest})); then
            break
          fi
          rest=${rest:${#text} + 1}
          inside=''
          read_tag "$@"
          ;;
        *)
          text=${rest%%'<'*}
          content+=${text}
          if ((${#text} == ${#rest})); then
            break
          fi
          rest=${rest:${#text} + 1}
          case ${rest} in
            '!--'*) inside='comment' rest=${rest#'!--'} ;;
            '![CDATA['*) inside='data' content+='&' ;;
            '?'*) inside='instruction' ;;
            '!'*) settings_unclear "${index}" ;;
            *) inside='tag' tag='' ;;
          esac
          ;;
      esac
    done
  done
  if [[ -n ${path}${inside} || -z ${servers_found} ]]; then
    settings_unclear "$((${#lines[@]} - 1))"
  fi
}

# Takes a tag as part of look_into_settings, whose variables it uses.
read_tag() { # read_tag SERVER…
  local name=${tag%%[[:space:]/]*}
  if [[ ${tag} == /* ]]; then
    name=${tag#/}
    name=${name%"${name##*[![:space:]]}"}
    if [[ ${path} != *"/${name}" ]]; then
      settings_unclear "${index}"
    fi
    case ${path} in
      /settings/servers/server/id | /settings/mirrors/mirror | /settings/mirrors/mirror/*)
        trim "${content}"
        refuse_in_settings "$@"
        ;;
      /settings) if [[ -z ${servers_found} ]]; then place_servers $'  <servers>\n' $'  </servers>\n<'"${tag}>"; fi ;;
      *) ;;
    esac
    path=${path%/*}
    return
  fi
  if [[ ${path} == /settings ]]; then
    if [[ ${names} == *" ${name} "* ]]; then
      obstacle "${file}" "${real[index]}" "Maven reads no file in which <${name}> stands twice: remove one of the two"
    fi
    names+="${name} "
  fi
  path+="/${name}"
  content=''
  case ${path}:${tag} in
    /settings:*/) place_servers "<${tag%/}>"$'\n  <servers>\n' $'  </servers>\n</settings>' ;;
    /settings/servers:*)
      if [[ ${tag} == */ ]]; then
        place_servers $'<servers>\n' '</servers>'
      elif [[ ${rest} == *[![:space:]]* ]]; then
        place_servers "<${tag}>"$'\n' ''
      else
        servers_found=yes
        place=$((index + 1))
        lines[index]=${lines[index]%$'\n'}$'\n'
      fi
      ;;
    *) ;;
  esac
  if [[ ${tag} == */ ]]; then
    path=${path%/*}
  fi
}

# Tells what has the id of a server, and what takes its place; text is what the tag that ends here holds.
refuse_in_settings() { # refuse_in_settings SERVER…
  local server
  case ${path} in
    */mirror/id) mirror=${text} ;;
    */mirrorOf) mirror_of=,${text//[[:space:]]/}, mirror_index=${index} ;;
    *) ;;
  esac
  for server in "$@"; do
    if [[ ${path} == */server/id && (${text} == "${server}" || ${text} == *'&'*) ]]; then
      obstacle "${file}" "${real[index]}" "this server may have the id ${server}: remove it, or give the repository another server_id"
    elif [[ ${path} == */mirror && ${mirror} != "${server}" && ${mirror_of} != *",!${server},"* &&
      ${mirror_of} == *,@('*'|external:'*'|"${server}"),* ]]; then
      obstacle "${file}" "${real[mirror_index]}" "this mirror takes the place of ${server}: add ,!${server} to mirrorOf, or make server_id the mirror's id"
    fi
  done
  if [[ ${path} == */mirror ]]; then
    mirror='' mirror_of=''
  fi
}

# Takes the line apart where the tag stands, so that the blocks go between two texts.
place_servers() { # place_servers TEXT-BEFORE TEXT-AFTER
  local head=${lines[index]}
  head=${head:0:${#head} - ${#rest} - ${#tag} - 2}
  servers_found=yes
  place=${index}
  if [[ ${head} == *[![:space:]]* && $1 == ' '* ]]; then
    head+=$'\n'
  elif [[ $1 == ' '* ]]; then
    head=''
  fi
  before[index]+=${head}$1
  lines[index]=$2${rest}
}

settings_unclear() { # settings_unclear INDEX
  fail "${file}, line $((${real[$1]-0} + 1)): this cannot be understood: write <settings> with one <servers></servers> in it, or remove the file"
}

# Puts a server right below <servers>.
put_into_settings() { # put_into_settings ID SERVER-ID USER
  # Maven reads ${…} as a variable, and a password in braces as an encrypted one.
  refuse_in_token "$1" 'settings.xml' '$''{' '{' '}'
  value=${tokens[$1]//'&'/"&amp;"}
  value=${value//'<'/"&lt;"}
  value=${value//'>'/"&gt;"}
  put_block "$1" "${place}" '    ' '<server>' "  <id>$2</id>" \
    "  <username>$3</username>" "  <password>${value}</password>" '</server>'
}

# Tells what lets Maven read another file.
look_around_maven() {
  local index option='(^|[[:space:]])(-s|--settings)'
  read_lines "${PWD}/.mvn/maven.config"
  for index in "${!lines[@]}"; do
    if [[ ${lines[index]} =~ ${option} ]]; then
      obstacle "${PWD}/.mvn/maven.config" "${index}" 'Maven reads this file instead of ~/.m2/settings.xml: remove the option'
    fi
  done
  if [[ ${MAVEN_ARGS-} =~ ${option} ]]; then
    fail 'MAVEN_ARGS in the environment names another settings.xml: remove that option'
  fi
}
