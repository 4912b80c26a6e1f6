# Refuses what Python cannot read as UTF-8, or reads otherwise than by lines.
refuse_odd_bytes() {
  local index
  for index in "${!lines[@]}"; do
    line=${lines[index]}
    if [[ ${line} != *[$'\x80'-$'\xff\r']* ]]; then
      continue
    fi
    text=${line%$'\r\n'}
    if ((index == 0)) && [[ ${text} == $'\xef\xbb\xbf'* ]]; then
      obstacle "${file}" 0 'it begins with a byte order mark, which its readers take for text: save it without'
    fi
    text=${text//[$'\xc2'-$'\xdf'][$'\x80'-$'\xbf']/}
    text=${text//[$'\xe0'-$'\xef'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']/}
    text=${text//[$'\xf0'-$'\xf4'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']/}
    if [[ ${text} == *[$'\x80'-$'\xff\r']* ]]; then
      obstacle "${file}" "${index}" 'it holds a byte that is no UTF-8, or a lone carriage return: save it as plain text'
    fi
  done
}

# The block goes to the end, because the last of several entries for one host wins. The empty line ends a
# macro that may stand before it.
put_into_netrc() { # put_into_netrc ID HOST USER
  refuse_in_token "$1" 'netrc' '"' "'" \\
  put_block "$1" "${#lines[@]}" '' '' "machine $2 login $3 password ${tokens[$1]}"
}

# Sets path to where the readers of netrc look: requests expands ~/, and takes ~/_netrc where there is no other.
find_netrc() {
  path=${NETRC-${HOME}/.netrc}
  path=${path/#\~\//"${HOME}/"}
  if [[ -z ${path} ]]; then
    fail 'NETRC is empty, so that pip reads no netrc at all: unset it'
  fi
  if [[ -z ${NETRC-} && ! -e ${path} && -e ${HOME}/_netrc ]]; then
    fail "${HOME}/_netrc would not be read any more beside ${path}: rename it to that"
  fi
}

# Refuses what Python, from 3.11 on, or uv cannot read. They skip a remark of several words only where nothing but
# one line end stands between it and the word before it; elsewhere its second word is data to them.
look_into_netrc() {
  local index state='top' next='' adjacent=yes word
  local plain=$'^([^ \t\r\\\\]|\\\\.)+' quoted='^"([^"\\]|\\.)*"'
  refuse_odd_bytes
  for index in "${!lines[@]}"; do
    if [[ -z ${lines[index]} ]]; then
      continue
    fi
    rest=${lines[index]%$'\n'}
    if [[ ${state} == macro ]]; then
      if [[ -z ${rest%$'\r'} ]]; then
        state='top' adjacent=yes
      fi
      continue
    fi
    while rest=${rest#"${rest%%[!$' \t\r']*}"} && [[ -n ${rest} ]]; do
      if [[ ${rest} == '"'* && ${rest} =~ ${quoted} ]]; then
        word='"'
      elif [[ ${rest} != '"'* && ${rest} =~ ${plain} ]]; then
        word=${BASH_REMATCH[0]}
      else
        obstacle "${file}" "${index}" 'a quote or backslash here takes in the next line: end the word in its line'
        break
      fi
      rest=${rest:${#BASH_REMATCH[0]}}
      case ${state}:${word} in
        value:*) state=${next} ;;
        *:'#'*)
          if [[ ${state} == top && ${word} != '#' ]]; then
            adjacent=''
          fi
          if [[ -z ${adjacent} && ${rest} == *[!$' \t\r']* ]]; then
            obstacle "${file}" "${index}" 'Python takes the second word of this comment for data (python/cpython#104306): remove the blanks in it, or the line'
          fi
          if [[ -z ${rest} ]]; then
            adjacent=yes
          fi
          continue 2
          ;;
        *:machine) state='value' next='entry' ;;
        *:macdef) state='value' next='macro' ;;
        *:default) state='entry' ;;
        entry:login | entry:user | entry:account | entry:password) state='value' next='entry' ;;
        *)
          obstacle "${file}" "${index}" 'Python reads no netrc with this word: leave machine, default, login, user, account, password and macdef alone'
          break
          ;;
      esac
      if [[ ${state} == macro ]]; then
        if [[ -n ${rest} ]]; then
          obstacle "${file}" "${index}" "the macro's name must be the last thing in its line: remove what follows it"
        fi
        break
      fi
      # Only a plain word that ends its line takes the line end with it.
      adjacent=yes
      if [[ ${word} == '"' && -z ${rest} ]] || [[ -n ${rest} && ${rest} != *[!$' \t\r']* ]]; then
        adjacent=''
      fi
    done
    if [[ ${lines[index]} != *[!$' \t\r\n']* ]]; then
      adjacent=''
    fi
  done
  if [[ ${state} == 'value' ]]; then
    obstacle "${file}" "$((${#lines[@]} - 1))" 'the last word has nothing behind it: complete the entry, or remove it'
  fi
}

# ------------------------------------------------------------------------------------------------ pip.conf

declare -A pip_seen=()      # what the file has, as "SECTION" and as "SECTION/OPTION"
declare -A pip_ends=()      # by section: the index after its last line
declare -A pip_indents=()   # by section: the indentation of its last option
declare -A pip_sections=()  # the sections that need the hook's options
pip_theirs=''               # other indexes that a user asks as well
pip_off='#private-packages:# ' # before a line of the user's that the hook has put out of use

# Reads the lines as pip's own reader does, and tells what it does not read.
look_into_pip_conf() { # look_into_pip_conf FILE LEVEL
  local path=$1 level=$2 index section='' option='' name='' deep=0 indentation
  pip_seen=()
  pip_ends=()
  pip_indents=()
  for index in "${!lines[@]}"; do
    line=${lines[index]}
    trim "${line}"
    if [[ -z ${text} || ${text} == [\#\;]* ]]; then
      continue
    fi
    indentation=${line%%[![:space:]]*}
    if [[ -n ${option} && ${#indentation} -gt ${deep} ]]; then
      found_pip_option "${path}" "${index}" "${level}" "${section}" "${name}" "${text}"
      pip_ends["${section}"]=$((index + 1))
      continue
    fi
    deep=${#indentation}
    if [[ ${text} == '['?*']'* ]]; then
      section=${text#'['}
      section=${section%']'*}
      option=''
      name=''
      remember_in_pip_conf "${path}" "${index}" "${section}"
    elif [[ -z ${section} ]]; then
      obstacle "${path}" "${index}" 'pip reads no line that stands before every [section]: write [global] above it'
      return
    elif [[ ${text} != ?*[=:]* ]]; then
      obstacle "${path}" "${index}" 'pip reads no option without =: correct or remove the line'
    else
      option=${text%%[=:]*}
      value=${text#*[=:]}
      trim "${option,,}"
      option=${text}
      name=${option//_/-}
      name=${name#--}
      if [[ ${level} != own || ${name} != @(index-url|extra-index-url|pypi-url) ]]; then
        remember_in_pip_conf "${path}" "${index}" "${section}/${name}"
      fi
      trim "${value}"
      found_pip_option "${path}" "${index}" "${level}" "${section}" "${name}" "${text}"
    fi
    pip_ends["${section}"]=$((index + 1))
    pip_indents["${section}"]=${indentation}
  done
}

remember_in_pip_conf() { # remember_in_pip_conf FILE INDEX NAME
  if [[ -n ${pip_seen["$3"]-} ]]; then
    obstacle "$1" "$2" 'pip reads no file in which this stands twice: remove one of the two'
  fi
  pip_seen["$3"]=yes
}

# Takes note of an option that says where pip looks. In the user's file the hook puts it out of use, over a file
# that the user's wins over it sets it again, over one that wins over the user's it has no power.
found_pip_option() { # found_pip_option FILE INDEX LEVEL SECTION NAME VALUE
  if [[ $5 == no-index && ${6,,} == @(1|y|yes|t|true|on) ]]; then
    obstacle "$1" "$2" 'with this pip asks no index at all: remove the line'
  fi
  if [[ $5 != @(index-url|extra-index-url|pypi-url) || ($5 != extra-index-url && -z ${pip_index}) ]]; then
    return
  fi
  if [[ $5 == extra-index-url && -z ${pip_index} && $3 != above && " ${pip_extra}${pip_theirs} " != *" $6 "* ]]; then
    pip_theirs+=${6:+ $6}
  fi
  compare "$6" "${pip_index}"
  if [[ $3 == own ]]; then
    lines[$2]=${pip_off}${lines[$2]}
  elif [[ -z $6 || ($5 == index-url && -n ${same}) || ($5 == extra-index-url && $6 == "${pip_extra}") ]]; then
    return
  elif [[ $3 == above || $5 == pypi-url || $4 == DEFAULT ]]; then
    obstacle "$1" "$2" "this $5 wins over that of the hook: remove it"
  else
    pip_sections["$4"]=yes
  fi
}

# Sets path to the file of the user's that pip reads, and reads those that this one wins over.
find_pip_conf() {
  local lower
  local -a folders
  pip_sections=([global]=yes)
  IFS=: read -r -a folders <<<"${XDG_CONFIG_DIRS:-/etc/xdg}"
  for lower in "${folders[@]/%//pip/pip.conf}" /etc/pip.conf "${HOME}/.pip/pip.conf"; do
    read_lines "${lower}"
    look_into_pip_conf "${lower}" below
  done
  path="${XDG_CONFIG_HOME:-${HOME}/.config}/pip/pip.conf"
  if [[ -n ${PIP_CONFIG_FILE-} && -e ${PIP_CONFIG_FILE} ]]; then
    if [[ ! -f ${PIP_CONFIG_FILE} ]]; then
      fail "PIP_CONFIG_FILE is ${PIP_CONFIG_FILE}, so that pip reads no file: unset it"
    fi
    path=${PIP_CONFIG_FILE}
  fi
}

# Puts the options at the end of each section that needs them; pip takes none that stands twice.
put_into_pip_conf() {
  local index section
  for index in "${!lines[@]}"; do
    lines[index]=${lines[index]#"${pip_off}"}
  done
  refuse_odd_bytes
  look_into_pip_conf "${file}" own
  for section in "${!pip_sections[@]}"; do
    if [[ -z ${pip_ends["${section}"]-} ]]; then
      end_last_line
      lines+=("[${section}]"$'\n')
      pip_ends["${section}"]=${#lines[@]}
    fi
    trim "extra-index-url = ${pip_extra}${pip_theirs}"
    put_block pip "${pip_ends["${section}"]}" "${pip_indents["${section}"]-}" \
      ${pip_index:+"index-url = ${pip_index}"} "${text}"
  done
}

# Tells what wins over the user's file: that of a virtual environment, and the environment.
look_around_pip_conf() {
  local program prefix name
  local -a prefixes=("${VIRTUAL_ENV-}" "${CONDA_PREFIX-}" "${PWD}/.venv" "${PWD}/venv")
  for program in pip pip3 python3 python; do
    if program=$(type -P "${program}"); then
      prefixes+=("${program%/*/*}")
    fi
  done
  for prefix in "${prefixes[@]}"; do
    if [[ -n ${prefix} && -f ${prefix}/pip.conf && ! ${prefix}/pip.conf -ef ${target} ]]; then
      read_lines "${prefix}/pip.conf"
      look_into_pip_conf "${prefix}/pip.conf" above
    fi
  done
  for name in "${!PIP_@}"; do
    program=${name#PIP_}
    value=${!name}
    case ${program,,} in
      index_url | pypi_url)
        compare "${value}" "${pip_index}"
        if [[ -z ${pip_index} || -n ${same} ]]; then continue; fi
        ;;
      no_index) if [[ ${value,,} != @(1|y|yes|t|true|on) ]]; then continue; fi ;;
      extra_index_url) if [[ ${value} == "${pip_extra}" ]]; then continue; fi ;;
      *) continue ;;
    esac
    if [[ -n ${value} ]]; then
      fail "${name} in the environment wins over pip.conf: unset it"
    fi
  done
}
