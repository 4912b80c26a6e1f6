#!/usr/bin/env bash
#@header

# Off first, however the script was started: tracing would print tokens, allexport and keyword would hand them
# to processes started below.
set +o allexport +o keyword +o verbose +o xtrace
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 402)); then
  printf 'private-packages: bash %s is too old: install bash 4.2 or newer\n' "${BASH_VERSION}" >&2
  exit 1
fi
# Not nounset as well: bash before 4.4 takes an empty array for a variable that is not set.
set +o posix +o nounset -o errexit -o pipefail
shopt -u nocasematch

# A variable of the caller's with one of these names would make ours, tokens in them, a part of the environment
# of every process started below. Arrays never are.
export -n line old piece rest string text token value

# Letters and ranges mean ASCII below; not exported, because aws has to take any text.
export -n LC_ALL
LC_ALL=C

# What this makes is for its owner alone, from the first byte on.
umask 077

#@settings

# ------------------------------------------------------------------------------------------------ Ending

work=''        # a folder of this run's own: pipes, and what aws prints to standard error; no token
lock=''        # where the lock is, while this run holds it
lock_holder='' # what this run wrote there
fetches=()     # process ids
temporaries=() # files to rename when all are written

fail() { # fail WHAT-HAPPENED-AND-WHAT-TO-DO
  printf 'private-packages: %s\n' "$*" >&2
  exit 1
}

# However the run ends, no process, no temporary file and no lock stays behind.
clean_up() {
  local fetch holder
  for fetch in "${fetches[@]}"; do
    kill "${fetch}" 2>/dev/null || true
  done
  if ((${#temporaries[@]} > 0)); then
    rm -f -- "${temporaries[@]}"
  fi
  if [[ -n ${work} ]]; then
    rm -rf -- "${work}"
  fi
  # A run that was stopped for long may find that another has broken its lock and taken it.
  if [[ -n ${lock} ]] && holder=$(readlink -- "${lock}") && [[ ${holder} == "${lock_holder}" ]]; then
    rm -f -- "${lock}"
  fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ------------------------------------------------------------------------------------------------ Beginning

check_tools() {
  local tool
  if ! type -P aws >/dev/null; then
    fail 'there is no aws command: install the AWS CLI, version 1 or 2, in the build image'
  fi
  for tool in chmod chown ln mkdir mkfifo mktemp mv readlink rm rmdir sleep timeout; do
    if ! type -P "${tool}" >/dev/null; then
      fail "there is no ${tool} command: install coreutils in the build image"
    fi
  done
}

check_home() {
  # As the package managers do: without HOME, ~ is what the user database says.
  HOME=${HOME-~}
  if [[ ${HOME-} != /* || ! -d ${HOME} ]]; then
    fail "HOME is '${HOME-}', which is no folder: set it to the one that the build's package managers will use"
  fi
  if [[ ! -w ${HOME} ]]; then
    fail "${HOME} cannot be written: give the build's user the right to, or set HOME to another folder"
  fi
}

# ------------------------------------------------------------------------------------------------ Fetching

declare -A secrets=() # SecretString by the secret's ARN
declare -A tokens=()  # by the repository's id

# Fetches each secret once, all at the same time, through pipes: a token never lies in a temporary file.
fetch_secrets() {
  local arn id region number status text value
  local -A numbers=()
  local -a pipes=()
  local pipe
  work=$(mktemp -d 2>/dev/null) || fail 'no temporary folder can be made: let TMPDIR name one with space in it'

  for id in "${repositories[@]}"; do
    arn=${arns[${id}]}
    if [[ -n ${numbers[${arn}]-} ]]; then
      continue
    fi
    number=${#fetches[@]}
    numbers[${arn}]=${number}
    region=${arn#arn:*:secretsmanager:}
    region=${region%%:*}
    mkfifo "${work}/${number}"
    # The CLI's history, where a user has enabled it, would keep the token; it cannot be written to a folder.
    AWS_CLI_HISTORY_FILE=${work} AWS_MAX_ATTEMPTS=3 AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off PYTHONIOENCODING=utf-8 \
      timeout -k 5 60 aws secretsmanager get-secret-value \
      --region "${region}" --secret-id "${arn}" --version-stage AWSCURRENT \
      --query '[type(SecretString), SecretString]' --output text \
      --cli-connect-timeout 5 --cli-read-timeout 10 \
      </dev/null >"${work}/${number}" 2>"${work}/${number}.error" &
    fetches+=("$!")
  done
  # Each fetch waits for its pipe to be opened: this lets all of them go.
  for number in "${!fetches[@]}"; do
    exec {pipe}<"${work}/${number}"
    pipes+=("${pipe}")
  done

  for id in "${repositories[@]}"; do
    arn=${arns[${id}]}
    if [[ -n ${secrets[${arn}]+fetched} ]]; then
      continue
    fi
    number=${numbers[${arn}]}
    if IFS= read -r -d '' value <&"${pipes[number]}"; then
      fail "${id}: the secret ${arn} holds a NUL character: store the token again, as text"
    fi
    status=0
    wait "${fetches[number]}" || status=$?
    if ((status != 0)); then
      IFS= read -r -d '' text <"${work}/${number}.error" || true
      explain_failed_fetch "${id}" "${arn}" "${status}" "${text}"
    fi
    # The first column tells a secret without text from one whose text is "None".
    if [[ ${value} != "string"$'\t'* ]]; then
      fail "${id}: the secret ${arn} holds no text: store the token in it, as SecretString and not as SecretBinary"
    fi
    secrets[${arn}]=${value#*$'\t'}
  done
  fetches=()
}

explain_failed_fetch() { # explain_failed_fetch ID ARN EXIT-STATUS STANDARD-ERROR
  local id=$1 arn=$2 status=$3 error=$4 account=$2 why
  account=${account#arn:*:secretsmanager:*:}
  account=${account%%:*}
  # The CLI prints an empty line before its message, and may print warnings before that.
  while [[ ${error} == *[[:space:]] ]]; do
    error=${error%?}
  done
  error=${error##*$'\n'}
  error=${error//[[:cntrl:]]/ }

  case "${status}:${error}" in
    124:* | 137:*)
      why='AWS did not answer within 60 seconds: see that the build reaches Secrets Manager (proxy, VPC endpoint)'
      ;;
    12[67]:*) why='the aws command cannot be run: see that the build image holds a working AWS CLI' ;;
    *'Access to KMS is not allowed'*)
      why="reading is denied by the key: let this role decrypt, in the KMS key's policy and in the role's own policy"
      ;;
    *AccessDenied*'explicit deny'*)
      why='reading is denied on purpose: look at the policy that the message names'
      ;;
    *AccessDenied*'no identity-based policy'*)
      why="reading is denied: let the role's own policy (the Stackery Role, from 1.25.0 on) read this secret"
      ;;
    *AccessDenied*'no resource-based policy'*)
      why="reading is denied: let the secret's resource policy, in account ${account}, admit this role"
      ;;
    *AccessDenied* | *'not authorized to perform'*)
      why="reading is denied: look at the role's own policy (the Stackery Role, from 1.25.0 on), at the secret's resource policy in account ${account}, and at the KMS key's policy there"
      ;;
    *ResourceNotFoundException*'staging label'*)
      why='the secret has no value yet: store the token in it'
      ;;
    *ResourceNotFoundException*)
      why="there is no such secret: see that it exists in account ${account}, and make this hook again with its present ARN"
      ;;
    *'marked for deletion'*) why='the secret was deleted: restore it, or make this hook again with the ARN of another' ;;
    *'locate credentials'* | *'could not be found'* | *NoAuth* | *'retrieving credentials'* | *'retrieving metadata'* | *'assume-role'*)
      why='there are no AWS credentials: run this in a build with a role, or set AWS_PROFILE to a profile that exists'
      ;;
    *ExpiredToken* | *'expired'* | *UnrecognizedClient* | *InvalidClientTokenId* | *InvalidSignature* | *SignatureDoesNotMatch* | *IncompleteSignature*)
      why='AWS refuses the credentials: sign in again, and see that the clock is right'
      ;;
    *'not connect'* | *'to connect'* | *'timeout on'* | *'Connection was closed'* | *'SSL validation'* | *'HTTP Client'*)
      why='the network fails: see that the build reaches Secrets Manager (proxy, VPC endpoint, certificates)'
      ;;
    *) why="aws failed with exit status ${status}: see its message" ;;
  esac
  fail "${id}: the secret ${arn} was not read: ${why}${error:+. aws says: ${error}}"
}

# ------------------------------------------------------------------------------------------------ Tokens

# Sets tokens from secrets, or refuses what no package manager could send.
read_tokens() {
  local id key token
  for id in "${repositories[@]}"; do
    token=${secrets[${arns[${id}]}]}
    key=${token_keys[${id}]-}
    if [[ -n ${key} ]]; then
      read_json_key "${id}" "${key}" "${token}"
      token=${value}
    fi
    token=${token#"${token%%[![:space:]]*}"}
    token=${token%"${token##*[![:space:]]}"}
    case ${token} in
      '') fail "${id}: the token is empty: store it in the secret ${arns[${id}]}" ;;
      *[$'\r\n']*) fail "${id}: the token has a line break inside: store it in one line in the secret ${arns[${id}]}" ;;
      *[[:cntrl:]]*) fail "${id}: the token has a control character inside: store it again in the secret ${arns[${id}]}" ;;
      *[![:graph:]]*)
        fail "${id}: the token holds a blank or a letter outside ASCII: store the token alone, nothing else, in the secret ${arns[${id}]}"
        ;;
      '{'*)
        if [[ -z ${key} && ${token} == *'}' ]]; then
          fail "${id}: the secret holds JSON: say in repositories.yaml which token_key to take, and make this hook again"
        fi
        ;;
      *) ;;
    esac
    tokens[${id}]=${token}
  done
  secrets=()
}

# Fails when a token holds what a package manager would not take as it stands.
refuse_in_token() { # refuse_in_token ID READER PIECE…
  local id=$1 reader=$2 piece
  shift 2
  for piece in "$@"; do
    if [[ ${tokens[${id}]} == *"${piece}"* ]]; then
      fail "${id}: the token holds ${piece}, which ${reader} would not take as it stands: make a token without it"
    fi
  done
}

#@json

# ------------------------------------------------------------------------------------------------ Files

# What a file is going to be is put together in memory, and only when every file is known, all are written.
file='' # as it is called in messages
target='' # what file is, symbolic links followed
lines=() # the file's lines, each with its line end
remark=() # what begins and ends a remark in it
staged_targets=()
staged_texts=()
staged_files=()

# Only one run at a time may read, change and replace files in this HOME. A run that was killed leaves its lock:
# one that stays the same for 10 seconds, when the work takes a fraction of one, belongs to such a run.
take_lock() {
  local path="${HOME}/.private-packages.lock" holder='' seen='' turn since=0
  lock_holder="${BASHPID}.${RANDOM}${RANDOM}"
  for ((turn = 0; turn < 300; turn++)); do
    if ln -sn -- "${lock_holder}" "${path}" 2>/dev/null; then
      lock=${path}
      return
    fi
    holder=$(readlink -- "${path}") || holder=''
    if [[ ${holder} != "${seen}" ]]; then
      seen=${holder} since=${turn}
    elif ((turn - since >= 100)) && mkdir -- "${path}.broken" 2>/dev/null; then
      # Alone here, so that no run removes a lock that another has just taken in place of the dead one.
      holder=$(readlink -- "${path}") || holder=''
      if [[ ${holder} == "${seen}" ]]; then
        rm -f -- "${path}"
      fi
      rmdir -- "${path}.broken"
      since=${turn}
    fi
    sleep 0.1 2>/dev/null || sleep 1
  done
  fail "another run holds ${path}: let it end, or remove ${path} and ${path}.broken, and run this again"
}

# Reads a file into lines; one that does not exist has none.
open_file() { # open_file PATH [REMARK-BEGIN REMARK-END]
  file=$1
  remark=("${2-# }" "${3-}")
  lines=()
  if ! target=$(readlink -f -- "${file}"); then
    if [[ -L ${file} ]]; then
      fail "${file} is a symbolic link that leads nowhere: correct or remove it"
    fi
    target=${file}
  fi
  if [[ ! -e ${target} ]]; then
    return
  fi
  if [[ ! -f ${target} || ! -r ${target} ]]; then
    fail "${file} cannot be read: make it a file that the build's user owns"
  fi
  if IFS= read -r -d '' line <"${target}"; then
    fail "${file} is no text file: it holds a NUL character; save it as plain text"
  fi
  mapfile lines <"${target}"
}

# Removes what an earlier run wrote for this id.
remove_block() { # remove_block ID
  local begin=">>> private-packages $1 >>>" end="<<< private-packages $1 <<<" inside=''
  local -a kept=()
  for line in "${lines[@]}"; do
    case "${inside}:${line}" in
      :*"${begin}"*) inside=yes ;;
      yes:*"${end}"*) inside='' ;;
      :*) kept+=("${line}") ;;
      *) ;;
    esac
  done
  if [[ -n ${inside} ]]; then
    fail "${file} has a line '${begin}' without its end: remove that block by hand"
  fi
  lines=("${kept[@]}")
}

# Puts a block before the line of this index; the index after the last line appends.
insert_block() { # insert_block ID INDEX INDENTATION LINE…
  local id=$1 index=$2 indentation=$3
  local -a block=()
  shift 3
  for line in "${remark[0]}>>> private-packages ${id} >>> written by the pre-build hook${remark[1]}" \
    "$@" "${remark[0]}<<< private-packages ${id} <<<${remark[1]}"; do
    block+=("${indentation}${line}"$'\n')
  done
  lines=("${lines[@]:0:index}" "${block[@]}" "${lines[@]:index}")
}

# Puts a block at the end, where it wins over what stands before it.
put_last() { # put_last ID LINE…
  local id=$1
  shift
  remove_block "${id}"
  end_last_line
  insert_block "${id}" "${#lines[@]}" '' "$@"
}

end_last_line() {
  local last=$((${#lines[@]} - 1))
  if ((last >= 0)) && [[ ${lines[last]} != *$'\n' ]]; then
    lines[last]+=$'\n'
  fi
}

# Remembers what the file is to hold.
stage_file() {
  local text=''
  for line in "${lines[@]}"; do
    text+=${line}
  done
  staged_files+=("${file}")
  staged_targets+=("${target}")
  staged_texts+=("${text}")
}

# Writes every file beside its place, and when all are written, puts them there.
write_staged_files() {
  local index temporary text old folder
  local -a places=()
  for index in "${!staged_targets[@]}"; do
    file=${staged_files[index]}
    target=${staged_targets[index]}
    text=${staged_texts[index]}
    folder=${target%/*}
    old=''
    if [[ -e ${target} ]]; then
      IFS= read -r -d '' old <"${target}" || true
    fi
    if [[ ${old} == "${text}" ]]; then
      continue
    fi
    temporary="${target}.private-packages"
    temporaries+=("${temporary}")
    places+=("${target}")
    if ! mkdir -p -- "${folder}" 2>/dev/null || ! rm -f -- "${temporary}" 2>/dev/null ||
      ! (set -o noclobber && printf '%s' "${text}" >"${temporary}") 2>/dev/null; then
      fail "${file} cannot be written: let the build's user write to ${folder}, and see that the disk has space"
    fi
    if [[ -e ${target} && ${EUID} == 0 ]]; then
      chown --reference="${target}" -- "${temporary}" 2>/dev/null || true
    fi
  done
  for index in "${!places[@]}"; do
    if ! mv -f -- "${temporaries[index]}" "${places[index]}" 2>/dev/null; then
      fail "${places[index]} cannot be replaced: see that it is no mount point and that the build's user owns it"
    fi
  done
  # A file with a token is for its owner alone, whoever could read it before.
  for index in "${!staged_targets[@]}"; do
    if ! chmod go= -- "${staged_targets[index]}" 2>/dev/null; then
      fail "${staged_files[index]} stays readable for others: make the build's user its owner"
    fi
  done
}

#@managers

# ------------------------------------------------------------------------------------------------ All of it

check_tools
check_home
fetch_secrets
read_tokens
take_lock
#@configure
write_staged_files
for id in "${repositories[@]}"; do
  printf 'private-packages: %s is set up\n' "${id}"
done
