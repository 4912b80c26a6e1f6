found=() # files of the project

# Sets found to the files with this name that the project has: in this folder, above it, and two folders below.
# What the user has in HOME, and what the hook itself writes, is not among them.
find_in_project() { # find_in_project NAME
  local folder=${PWD} path own
  local -a paths=("${PWD}/$1" "${PWD}"/*/"$1" "${PWD}"/*/*/"$1")
  found=()
  while [[ -n ${folder} ]]; do
    folder=${folder%/*}
    paths+=("${folder}/$1")
  done
  for path in "${paths[@]}"; do
    if [[ ! -f ${path} || ! -r ${path} || ${path} == */node_modules/* ]]; then
      continue
    fi
    for own in "${HOME}/$1" "${staged_targets[@]}"; do
      if [[ ${path} -ef ${own} ]]; then
        continue 2
      fi
    done
    found+=("${path}")
  done
}

same='' # whether two addresses are one

# Sets same; a slash at the end and the port of https make no difference.
compare() { # compare URL OTHER
  local one=${1%/}/
  same=''
  if [[ ${one/":443/"/"/"} == "${2%/}/" ]]; then
    same=yes
  fi
}
