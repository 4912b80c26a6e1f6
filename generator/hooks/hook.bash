#!/usr/bin/env bash
#@header

case ${BASH_VERSION-} in # sh understands no more than this
  '')
    printf 'private-packages: this is not bash: run it by its name, or with bash\n' >&2
    exit 1
    ;;
  *) ;;
esac

# Off first, however the script was started: tracing would print tokens, allexport and keyword would hand them
# to processes started below.
set +o allexport +o keyword +o verbose +o xtrace
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 402)); then
  printf 'private-packages: bash %s is too old: install bash 4.2 or newer (macOS: brew install bash)\n' "${BASH_VERSION}" >&2
  exit 1
fi
# Not nounset as well: bash before 4.4 takes an empty array for a variable that is not set.
set +o posix +o nounset +o noglob -o errexit -o pipefail
shopt -u nocasematch failglob nullglob
unset GLOBIGNORE

# A variable of the caller's with one of these names would make ours, tokens in them, a part of the environment
# of every process started below. Arrays never are.
export -n block line old piece rest string text token value

# Letters and ranges mean ASCII below; not exported, because aws has to take any text.
export -n LC_ALL
LC_ALL=C

# What this makes is for its owner alone, from the first byte on.
umask 077

#@settings

# ------------------------------------------------------------------------------------------------ Ending

looking=''     # whether to tell all that would be refused, and to do nothing
obstacles=0    # how many were told
work=''        # a folder of this run's own: pipes, and what aws prints to standard error; no token
lock=''        # where the lock is, while this run holds it
lock_holder='' # what this run wrote there
fetches=()     # process ids
temporaries=() # files beside those that are to be replaced

fail() { # fail WHAT-HAPPENED-AND-WHAT-TO-DO
  printf 'private-packages: %s\n' "$*" >&2
  exit 1
}

# Refuses for what stands in a file; who only looks is told and goes on.
obstacle() { # obstacle FILE INDEX-OF-LINE WHAT-IT-IS-AND-WHAT-TO-DO
  ((obstacles += 1))
  printf 'private-packages: %s, line %s: %s\n' "$1" "$(($2 + 1))" "$3" >&2
  if [[ -z ${looking} ]]; then
    exit 1
  fi
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

bounded=() # what ends a call of aws that takes too long

check_tools() {
  local tool
  if ! type -P aws >/dev/null; then
    fail 'there is no aws command: install the AWS CLI, version 1 or 2, in the build image'
  fi
  # macOS has no timeout, coreutils of brew's call it gtimeout; the AWS CLI's own limits bound each call as well.
  if type -P timeout >/dev/null; then
    bounded=(timeout -k 5 60)
  elif type -P gtimeout >/dev/null; then
    bounded=(gtimeout -k 5 60)
  fi
  for tool in chmod chown cp env ln mkdir mkfifo mktemp mv readlink rm rmdir sleep; do
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

declare -A secrets=()  # SecretString by the secret's ARN
declare -A versions=() # the id of its version
declare -A tokens=()   # by the repository's id

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
      AWS_CLI_ERROR_FORMAT=legacy "${bounded[@]}" aws secretsmanager get-secret-value \
      --region "${region}" --secret-id "${arn}" --version-stage AWSCURRENT \
      --query '[type(SecretString), VersionId, SecretString]' --output text \
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
    value=${value#*$'\t'}
    versions[${arn}]=${value%%$'\t'*}
    secrets[${arn}]=${value#*$'\t'}
  done
  fetches=()
}

explain_failed_fetch() { # explain_failed_fetch ID ARN EXIT-STATUS STANDARD-ERROR
  local id=$1 arn=$2 status=$3 error=$4 account=$2 why
  account=${account#arn:*:secretsmanager:*:}
  account=${account%%:*}
  # The CLI prints an empty line before its message, may print warnings before that, and, where it is told to
  # and does not know better, writes the message as JSON or YAML.
  if [[ ${error} =~ (^|[[:space:]])\"?Code\"?: ]]; then
    error=${error#"${error%%[![:space:]]*}"}
  else
    while [[ ${error} == *[[:space:]] ]]; do
      error=${error%?}
    done
    error=${error##*$'\n'}
  fi
  error=${error//[[:cntrl:]]/ }

  case "${status}:${error}" in
    124:* | 137:* | 143:*)
      why='AWS did not answer within 60 seconds: see that the build reaches Secrets Manager (proxy, VPC endpoint), and that the profile asks for no MFA code'
      ;;
    12[67]:*) why='the aws command cannot be run: see that the build image holds a working AWS CLI' ;;
    *'default KMS service key'*)
      why='the secret is encrypted with a key that no other account may use: give it a key of its own, and store the token again'
      ;;
    *'current KMS key'*) why="the token is encrypted with an earlier key of the secret's: store it again" ;;
    *'is disabled'* | *'pending deletion'* | *'pending import'* | *KMSInvalidState* | *DisabledException*)
      why="the secret's KMS key is not in use: enable it, or cancel its deletion, in account ${account}"
      ;;
    *'explicit deny'* | *'no service control policy'* | *'no resource control policy'* | *'no VPC endpoint policy'* | *'no permissions boundary'* | *'no session policy'*)
      why='reading is denied on purpose: look at the policy that the message names'
      ;;
    *'kms:'*'no identity-based policy'*)
      why="reading is denied: let ${own_policy} call kms:Decrypt with the secret's key"
      ;;
    *'kms:'*'no resource-based policy'*)
      why="reading is denied by the key: let the KMS key's policy, in account ${account}, admit this role"
      ;;
    *'KMS is not allowed'* | *'ciphertext refers'* | *DecryptionFailure* | *'not authorized to perform: kms:'*)
      why="reading is denied by the key: see that it exists and is enabled, and let this role decrypt, in the KMS key's policy and in the role's own policy"
      ;;
    *'no identity-based policy'*)
      why="reading is denied: let ${own_policy} read this secret"
      ;;
    *'no resource-based policy'*)
      why="reading is denied: let the secret's resource policy, in account ${account}, admit this role, and see that this is the secret's present ARN"
      ;;
    *[Mm]'ulti'[Ff]'actor'* | *MFA* | *'EOF when reading'*)
      why='the profile asks for an MFA code, which nobody can type here: get a session with it before, and give its credentials'
      ;;
    *SSO* | *'from sso'*) why='the SSO session has ended or never began: run aws sso login with this profile' ;;
    *AccessDenied* | *'not authorized to perform'*)
      why="reading is denied: look at ${own_policy}, at the secret's resource policy in account ${account}, and at the KMS key's policy there"
      ;;
    *ResourceNotFound*'staging label'*)
      why='the secret has no value yet: store the token in it'
      ;;
    *ResourceNotFound*)
      why="there is no such secret: see that it exists in account ${account}, and make this hook again with its present ARN"
      ;;
    *'marked for deletion'* | *'marked deleted'* | *'was deleted'*)
      why='the secret was deleted: restore it, or make this hook again with the ARN of another'
      ;;
    *'Invalid name'* | *ValidationException*) why="AWS does not take the ARN: make this hook again with the secret's present ARN" ;;
    *'locate credentials'* | *'could not be found'* | *NoAuth* | *'retrieving credentials'* | *'retrieving metadata'* | *'assume-role'*)
      why='there are no AWS credentials: run this in a build with a role, or set AWS_PROFILE to a profile that exists'
      ;;
    *ExpiredToken* | *'expired'* | *UnrecognizedClient* | *InvalidClientTokenId* | *InvalidSignature* | *SignatureDoesNotMatch* | *IncompleteSignature*)
      why='AWS refuses the credentials: sign in again, and see that the clock is right'
      ;;
    *'not connect'* | *'to connect'* | *'timeout on'* | *'Connection was closed'* | *'SSL validation'* | *'HTTP Client'*)
      why='the network fails: see that the build reaches Secrets Manager (proxy, VPC endpoint, certificates)'
      ;;
    *Throttling* | *'Rate exceeded'* | *TooManyRequests* | *InternalService* | *InternalFailure* | *'nknown error'* | *ServiceUnavailable*)
      why='AWS has a fault or is asked too often: try again'
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

# Tells of tokens that end soon, or have ended, by the day that `token set` puts into the id of their version. It
# hinders nothing: the registry decides.
warn_of_ends() {
  local id now day days text
  printf -v now '%(%s)T' -1
  for id in "${repositories[@]}"; do
    if [[ ! ${versions[${arns[${id}]}]} =~ -expires-([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$ ]]; then
      continue
    fi
    count_days "${BASH_REMATCH[@]:1}"
    text=${BASH_REMATCH[0]#-expires-}
    days=$((day - now / 86400))
    case ${days} in
      0) text="ends on ${text}, today" ;;
      1) text="ends on ${text}, in 1 day" ;;
      -1) text="ended on ${text}, 1 day ago" ;;
      -*) text="ended on ${text}, ${days#-} days ago" ;;
      *) text="ends on ${text}, in ${days} days" ;;
    esac
    if ((days <= 14)); then
      printf 'private-packages: the token of %s %s: store a new one: private-packages token set %s %s\n' \
        "${id}" "${text}" "${id}" "${store_options}" >&2
    fi
  done
}

# Sets day to the number of days from 1970-01-01 to a date. Years begin in March here, so that a leap day is the last.
count_days() { # count_days YEAR MONTH DAY
  local year=$((10#$1)) month=$((10#$2 - 3))
  if ((month < 0)); then
    ((year -= 1, month += 12))
  fi
  ((day = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + 10#$3 - 719469))
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
file=''      # as it is called in messages
target=''    # what file is, symbolic links followed
lines=()     # the file's lines, each with its line end; one that is to go is empty, so that all keep their number
blocks=()    # for lines that a hook wrote: the index of the first line of their block
before=()    # what is to be put before the line of this index
remark=()    # what begins and ends a remark in it
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

# Reads the lines of a file that the hook is going to write; one that does not exist has none.
open_file() { # open_file PATH [REMARK-BEGIN REMARK-END]
  local home source
  file=$1
  remark=("${2-#}" "${3-}")
  if [[ ${file} != /* ]]; then
    fail "${file} is no whole path, so that it depends on the folder which file is meant: write it from the / on"
  fi
  if ! target=$(readlink -f -- "${file}"); then
    if [[ -L ${file} ]]; then
      fail "${file} is a symbolic link that leads nowhere: correct or remove it"
    fi
    target=${file}
  fi
  home=$(cd -- "${HOME}" && pwd -P)
  source=$(pwd -P)
  if [[ ${target} == "${source}"/* && ! (${home}/ == "${source}"/* && ${target} == "${home}"/*) ]]; then
    fail "${file} lies in the source repository, where a token must not be: name another file, in HOME"
  fi
  read_lines "${target}" "${file}"
}

# Sets lines and blocks, for a file that the hook may also only look at.
read_lines() { # read_lines PATH [NAME-IN-MESSAGES]
  local name=${2-$1} index begin=-1 marker='>>> ?private-packages[ :]([A-Za-z0-9]+) ?>>>' end=''
  lines=()
  blocks=()
  before=()
  if [[ ! -e $1 ]]; then
    return
  fi
  if [[ ! -f $1 || ! -r $1 ]]; then
    fail "${name} cannot be read: make it a file that the build's user owns"
  fi
  if IFS= read -r -d '' line <"$1"; then
    fail "${name} is no text file: it holds a NUL character; save it as plain text"
  fi
  mapfile lines <"$1"
  for index in "${!lines[@]}"; do
    line=${lines[index]}
    if ((begin < 0)) && [[ ${line} == *private-packages* && ${line} =~ ${marker} ]]; then
      begin=${index}
      end="<<<?( )private-packages[ :]${BASH_REMATCH[1]}?( )<<<"
    fi
    if ((begin >= 0)); then
      blocks[index]=${begin}
      if [[ ${line} == *${end}* ]]; then
        begin=-1
      fi
    fi
  done
  if ((begin >= 0)); then
    obstacle "${name}" "${begin}" 'this block of the hook has lost its end: remove it by hand'
  fi
}

# Removes what an earlier run wrote for this id, or under another id for the same place in the file.
remove_blocks() { # remove_blocks ID PIECE…
  local index piece
  local -A wanted=()
  for index in "${!blocks[@]}"; do
    line=${lines[index]}
    for piece in ">>> private-packages $1 >>>" ">>>private-packages:$1>>>" "${@:2}"; do
      if [[ ${line} == *"${piece}"* ]]; then
        wanted[${blocks[index]}]=yes
      fi
    done
  done
  for index in "${!blocks[@]}"; do
    if [[ -n ${wanted[${blocks[index]}]-} ]]; then
      lines[index]=''
    fi
  done
}

# Puts a block before the line of this index; the index after the last line appends. The remarks are of one word
# each, because Python takes the second word of one for data where the line before ends in a blank.
put_block() { # put_block ID INDEX INDENTATION LINE…
  local id=$1 index=$2 indentation=$3 block=''
  shift 3
  for line in "${remark[0]}>>>private-packages:${id}>>>${remark[1]}" \
    "$@" "${remark[0]}<<<private-packages:${id}<<<${remark[1]}"; do
    block+="${indentation}${line}"$'\n'
  done
  end_last_line
  before[index]+=${block}
}

end_last_line() {
  local last=$((${#lines[@]} - 1))
  if ((last >= 0)) && [[ -n ${lines[last]} && ${lines[last]} != *$'\n' ]]; then
    lines[last]+=$'\n'
  fi
}

# Sets text to a text without the white space around it.
trim() { # trim TEXT
  text=${1#"${1%%[![:space:]]*}"}
  text=${text%"${text##*[![:space:]]}"}
}

# Remembers what the file is to hold.
stage_file() {
  local index text=''
  for index in "${!before[@]}"; do
    lines[index]=${before[index]}${lines[index]-}
  done
  printf -v text '%s' "${lines[@]}"
  staged_files+=("${file}")
  staged_targets+=("${target}")
  staged_texts+=("${text}")
}

changed=()   # the indexes of the staged files that were put in place
new_ones=()  # by index: files that were not there
in_place=()  # by index: files that had to be written where they are
written=''   # whether the last of those was

# Writes every file beside its place, and when all are written, puts them there. Where one cannot be put there,
# those before it get back what they were.
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
      # A file with a token is for its owner alone, whoever could read it before.
      if ! chmod go= -- "${target}" 2>/dev/null; then
        fail "${file} stays readable for others: make the build's user its owner"
      fi
      continue
    fi
    temporary="${target}.private-packages"
    temporaries+=("${temporary}" "${temporary}.old")
    places+=("${index}")
    if ! mkdir -p -- "${folder}" 2>/dev/null || ! rm -f -- "${temporary}" "${temporary}.old" 2>/dev/null ||
      ! (set -o noclobber && printf '%s' "${text}" >"${temporary}") 2>/dev/null ||
      ! { [[ ! -e ${target} ]] || cp -p -- "${target}" "${temporary}.old" 2>/dev/null; }; then
      fail "${file} cannot be written: let the build's user write to ${folder}, and see that the disk has space"
    fi
    if [[ -e ${target} && ${EUID} == 0 ]]; then
      chown --reference="${target}" -- "${temporary}" 2>/dev/null || true
    fi
  done

  trap 'put_back; exit 129' HUP
  trap 'put_back; exit 130' INT
  trap 'put_back; exit 143' TERM
  for index in "${places[@]}"; do
    file=${staged_files[index]}
    target=${staged_targets[index]}
    if [[ ! -e ${target} ]]; then
      new_ones[index]=yes
    fi
    changed+=("${index}")
    # A file that is mounted can be written, but nothing can be put in its place.
    if ! mv -f -- "${target}.private-packages" "${target}" 2>/dev/null; then
      in_place[index]=yes
      if [[ -e ${target} ]]; then
        write_over "${staged_texts[index]}"
      fi
      if [[ -z ${written} ]]; then
        put_back
        fail "${file} can neither be replaced nor written: make the build's user its owner, or mount it to be written"
      fi
    fi
  done
}

# Writes over target from its beginning, so that it is never empty: all before the block stays the same anyhow. Sets
# written.
write_over() { # write_over TEXT
  written=''
  # A subshell, because a disk that is full ends it.
  if chmod go= -- "${target}" 2>/dev/null && (printf '%s' "$1" 1<>"${target}") 2>/dev/null; then
    IFS= read -r -d '' old <"${target}" || true
    if [[ ${old} == "$1" ]] || (printf '%s' "$1" >"${target}") 2>/dev/null; then
      written=yes
    fi
  fi
}

put_back() {
  local index old
  trap '' HUP INT TERM
  for index in "${changed[@]}"; do
    target=${staged_targets[index]}
    if [[ -n ${new_ones[index]-} ]]; then
      rm -f -- "${target}"
    elif [[ -z ${in_place[index]-} ]]; then
      mv -f -- "${target}.private-packages.old" "${target}" 2>/dev/null || true
    else
      IFS= read -r -d '' old <"${target}.private-packages.old" || true
      write_over "${old}"
      chmod --reference="${target}.private-packages.old" -- "${target}" 2>/dev/null || true
    fi
  done
}

#@managers

# ------------------------------------------------------------------------------------------------ All of it

case ${1-} in
  --look) looking=yes ;;
  -*) fail "there is no option $1: --look is the only one" ;;
  *) ;;
esac
check_tools
check_home
if [[ -n ${looking} ]]; then
  for id in "${repositories[@]}"; do
    tokens[${id}]=token
  done
else
  fetch_secrets
  read_tokens
  take_lock
fi
#@configure
if [[ -n ${looking} ]]; then
  if ((obstacles > 0)); then
    exit 1
  fi
  printf 'private-packages: nothing stands in the way of the hook\n'
  exit
fi
write_staged_files
for id in "${repositories[@]}"; do
  printf 'private-packages: %s is set up\n' "${id}"
done
warn_of_ends
