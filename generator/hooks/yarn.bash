# Puts an entry below npmScopes or npmRegistries, where nothing is in its way.
put_into_yarnrc() { # put_into_yarnrc ID MAP ENTRY LINE…
  local id=$1 map=$2 entry=$3 inside=''
  shift 3
  refuse_in_token "${id}" '.yarnrc.yml' '$''{' "'"
  remove_block "${id}"
  for line in "${lines[@]}"; do
    text=${line%"${line##*[![:space:]]}"}
    case ${text} in
      '{'* | '---'?* | '...'*)
        fail "${file} is YAML of a kind that this hook cannot add to: write it as lines of 'key: value'"
        ;;
      "${map}:" | "${map}: #"*) inside=yes ;;
      "${map}"[[:space:]:]* | [\"\']"${map}"[\"\']*)
        fail "${file} has ${map} in a form that this hook cannot add to: write '${map}:' alone in its line"
        ;;
      [[:space:]]* | '' | '#'*) ;;
      *) inside='' ;;
    esac
    text=${text#"${text%%[![:space:]]*}"}
    if [[ -n ${inside} && ${text} == ?("'"|'"')"${entry}"?("'"|'"')*([[:space:]]):* ]]; then
      fail "${file} has an entry of its own for ${entry} in ${map}: remove it"
    fi
  done
  put_below "${map}:" '  ' "${id}" "'${entry}':" \
    '  npmAlwaysAuth: true' "  npmAuthToken: '${tokens[${id}]}'" "$@"
}
