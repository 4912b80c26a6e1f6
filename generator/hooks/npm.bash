npmrcs=() # the files of the user that npm and its kin read

# Sets npmrcs. npm alone expands what a path begins with, so anything else than a whole path is for npm alone,
# unless it is the file that all of them read anyhow.
find_npmrcs() {
  local configured=${NPM_CONFIG_USERCONFIG:-${npm_config_userconfig:-}} path=${HOME}/.npmrc
  if [[ -n ${configured} ]]; then
    if [[ -n ${NPM_CONFIG_USERCONFIG:-} && ${npm_config_userconfig:-${configured}} != "${configured}" ]]; then
      fail "NPM_CONFIG_USERCONFIG and npm_config_userconfig name two files: unset one of them"
    fi
    expand "${configured}"
    path=${value/#\~\//"${HOME}/"}
    if [[ ${path} != "${configured}" && ! ${path} -ef ${HOME}/.npmrc && ${path} != "${HOME}/.npmrc" ]]; then
      fail "NPM_CONFIG_USERCONFIG is ${configured}, which pnpm, yarn and bun do not take for ${path}: write that"
    fi
  fi
  npmrcs=("${path}")
  # pnpm 11 and newer, and bun, read these instead, but only where they exist.
  for path in "${XDG_CONFIG_HOME:-${HOME}/.config}/pnpm/auth.ini" "${XDG_CONFIG_HOME:-/nowhere}/.npmrc"; do
    if [[ -e ${path} && ! ${path} -ef ${npmrcs[0]} ]]; then
      npmrcs+=("${path}")
    fi
  done
}

# Sets value to a text with the variables in it replaced by their values, as npm does.
expand() { # expand TEXT
  local name
  value=$1
  while [[ ${value} =~ \$\{([A-Za-z_][A-Za-z0-9_]*)\} ]]; do
    name=${BASH_REMATCH[1]}
    if [[ -z ${!name+set} ]]; then
      return
    fi
    value=${value/"${BASH_REMATCH[0]}"/"${!name}"}
  done
}

# Tells what in the lines wins over the hook's block, or is not taken by npm at all. Sets place to where the block
# goes: at the end, because the last of several values for one key wins, but before any section. What a heading is they
# do not agree on, and pnpm 12 takes what follows it as well. Sets scoped to the keys of one scope's token, which
# pnpm 11 and newer write when they log in with a scope.
look_into_npmrc() { # look_into_npmrc FILE URL SCOPE [project]
  local path=$1 url=$2 scope=$3 level=${4-} index key heading='' array seen=''
  local host=${url#https:}
  scoped=()
  place=${#lines[@]}
  for index in "${!lines[@]}"; do
    trim "${lines[index]#$'\xef\xbb\xbf'}"
    if [[ -z ${text} || ${text} == [\;\#]* || -n ${blocks[index]-} ]]; then
      continue
    fi
    if [[ ${text} == '['*']'* ]]; then
      if ((place == ${#lines[@]})); then
        place=${index}
      fi
      heading=yes
    fi
    expand "${text%%=*}"
    trim "${value}"
    key=${text#[\"\']}
    key=${key%[\"\']}
    array=${key##*[!]]}
    key=${key%'[]'}
    trim "${lines[index]#*=}"
    case ${key} in
      _auth | _authToken | _password)
        obstacle "${path}" "${index}" "npm does not run with a ${key} that names no registry: run npm config fix, or remove the line"
        ;;
      "${host}:tokenHelper" | "${host%/}":_*)
        obstacle "${path}" "${index}" 'this wins over the token of the hook: remove the line'
        ;;
      "${host}":@*:_authToken)
        if [[ -n ${level}${heading} || ${array} == ']' ]]; then
          obstacle "${path}" "${index}" 'this token wins over that of the hook: remove the line'
        fi
        scoped+=("${key}=${token-}")
        ;;
      "${host}"?*:_auth | "${host}"?*:_authToken | "${host}"?*:_password)
        obstacle "${path}" "${index}" "this token is for a part of ${url} and wins there: remove the line"
        ;;
      "${host}":_auth | "${host}":_authToken | "${host}":_password)
        # pnpm 9 and 10 take the password where a token stands before it, whatever token stands after it.
        if [[ -n ${level}${heading} || ${array} == ']' || (-n ${seen} && ${key} != *Token) ]]; then
          obstacle "${path}" "${index}" 'this token wins over that of the hook: remove the line'
        fi
        seen=yes
        ;;
      "${scope:-none}:registry")
        expand "${text#[\"\']}"
        compare "${value%[\"\']}" "${url}"
        if [[ ${array} == ']' || ( -n ${level}${heading} && -z ${same} ) ]]; then
          obstacle "${path}" "${index}" "this takes ${scope} from another registry: remove the line"
        fi
        ;;
      *) ;;
    esac
  done
}

put_into_npmrc() { # put_into_npmrc ID URL SCOPE
  local id=$1 url=$2 scope=$3 place
  local -a scoped
  local token=${tokens[${id}]}
  refuse_in_token "${id}" '.npmrc' '$''{' ';' '#' '"' "'" '`' \\
  if [[ ${token} =~ ^(null|true|false|undefined|[0-9]+|\$.*)$ ]]; then
    fail "${id}: the token is a word, a number or a variable to those who read .npmrc: make another token"
  fi
  look_into_npmrc "${file}" "${url}" "${scope}"
  put_block "${id}" "${place}" '' ${scope:+"${scope}:registry=${url}"} "${url#https:}:_authToken=${token}" \
    "${scoped[@]}"
}

# Tells what wins over the user's own files: those of the project, bun's and pnpm's settings, the environment.
look_around_npmrc() { # look_around_npmrc URL SCOPE
  local url=$1 scope=$2 path name
  find_in_project .npmrc
  for path in "${found[@]}"; do
    read_lines "${path}"
    look_into_npmrc "${path}" "${url}" "${scope}" project
  done
  while IFS= read -r -d '' line; do
    name=${line%%=*}
    name=${name,,}
    compare "${line#*=}" "${url}"
    if [[ ${name} == "npm_config_${url#https:}:_"* || (${name} == "npm_config_${scope:-none}:registry" && -z ${same}) ]]; then
      fail "${line%%=*} in the environment wins over .npmrc: unset it"
    fi
  done < <(env -0 || true)
  if [[ -z ${scope} ]]; then
    return
  fi
  find_in_project bunfig.toml
  for path in "${HOME}/.bunfig.toml" "${XDG_CONFIG_HOME:-/nowhere}/.bunfig.toml" "${found[@]}"; do
    look_for_scope "${path}" "${url}" "[\"']?@?${scope#@}[\"']?[[:space:]]*[]=]"
  done
  find_in_project pnpm-workspace.yaml
  for path in "${XDG_CONFIG_HOME:-${HOME}/.config}/pnpm/config.yaml" "${found[@]}"; do
    look_for_scope "${path}" "${url}" "[\"']?${scope}[\"']?[[:space:]]*:"
  done
}

# Tells where a scope is set otherwise, in TOML or YAML: by the one line that it takes.
look_for_scope() { # look_for_scope FILE URL PATTERN
  local path=$1 url=$2 pattern="(^|[[:space:].{,])$3" index
  read_lines "${path}"
  for index in "${!lines[@]}"; do
    trim "${lines[index]}"
    if [[ ${text} == '#'* || ! ${text} =~ ${pattern} ]]; then
      continue
    fi
    text=${text#*"${BASH_REMATCH[0]}"}
    trim "${text}"
    text=${text#[\"\']}
    compare "${text%[\"\']}" "${url}"
    if [[ -z ${same} ]]; then
      obstacle "${path}" "${index}" 'this wins over the hook for the scope: remove it'
    fi
  done
}
