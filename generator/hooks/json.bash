# ------------------------------------------------------------------------------------------------ JSON
#
# Strictly, and no more than a secret needs: one object, its values texts, numbers, true, false or null.

rest=''   # what is still to be read
string='' # the text read last
json_of='' # the repository, for messages

# Sets value to the text that a key of a JSON object has.
read_json_key() { # read_json_key ID KEY JSON
  local wanted=$2 key kind found=''
  json_of=$1
  rest=$3
  value=''
  json_expect '{'
  if [[ ${rest} != '}'* ]]; then
    while :; do
      json_string
      key=${string}
      json_expect ':'
      json_scalar
      if [[ ${key} == "${wanted}" ]]; then
        if [[ -n ${found} ]]; then
          fail "${json_of}: the secret's JSON has the key ${wanted} twice: store it once"
        fi
        found=${kind}
        value=${string}
      fi
      json_skip_blanks
      if [[ ${rest} != ','* ]]; then
        break
      fi
      json_expect ','
    done
  fi
  json_expect '}'
  if [[ -n ${rest} ]]; then
    json_refuse
  fi
  case ${found} in
    '') fail "${json_of}: the secret's JSON has no key ${wanted}: store the token there, or correct token_key in repositories.yaml" ;;
    text) ;;
    *) fail "${json_of}: the secret's JSON has no text under the key ${wanted}: put the token in quotes" ;;
  esac
}

json_refuse() {
  fail "${json_of}: the secret is no JSON object of a single level: store it as {\"key\": \"token\"}, or remove token_key from repositories.yaml"
}

json_skip_blanks() {
  rest=${rest#"${rest%%[!$' \t\r\n']*}"}
}

json_expect() { # json_expect CHARACTER
  json_skip_blanks
  if [[ ${rest} != "$1"* ]]; then
    json_refuse
  fi
  rest=${rest:1}
  json_skip_blanks
}

# Sets string and kind.
json_scalar() {
  local number='-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?'
  if [[ ${rest} == '"'* ]]; then
    json_string
    kind='text'
  elif [[ ${rest} =~ ^(${number}|true|false|null) ]]; then
    rest=${rest:${#BASH_REMATCH[0]}}
    kind='other'
  else
    json_refuse
  fi
}

json_string() {
  local code hex
  string=''
  if [[ ${rest} != '"'* ]]; then
    json_refuse
  fi
  rest=${rest:1}
  while :; do
    piece=${rest%%[\"\\]*}
    if [[ ${piece} == *[$'\x01'-$'\x1f']* ]]; then
      json_refuse
    fi
    string+=${piece}
    rest=${rest:${#piece}}
    case ${rest} in
      '"'*)
        rest=${rest:1}
        return
        ;;
      \\[\"\\/]*) piece=${rest:1:1} ;;
      '\b'*) piece=$'\b' ;;
      '\f'*) piece=$'\f' ;;
      '\n'*) piece=$'\n' ;;
      '\r'*) piece=$'\r' ;;
      '\t'*) piece=$'\t' ;;
      '\u'[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]*)
        hex=${rest:2:4}
        rest=${rest:4}
        code=$((16#${hex}))
        if ((code == 0)); then
          piece=$'\x01' # bash holds no NUL; another control character is refused just as well
        elif ((code < 128)); then
          printf -v piece '%b' "\\x${hex:2}"
        else
          piece=$'\x80' # no token holds it, so one stands for all
        fi
        ;;
      *) json_refuse ;;
    esac
    string+=${piece}
    rest=${rest:2}
  done
}
