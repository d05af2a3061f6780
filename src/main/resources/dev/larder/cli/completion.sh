# What bash and zsh have in common. Every variable l_* is local to the function of the shell that
# calls these; names without the prefix would be special to one of the two.

# Reads the words before the cursor. Sets l_at (the command they name), l_wait (the option whose value
# comes next), l_pos (how many arguments there are), l_args (these) and what says which server is
# meant.
_larder_walk() {
  [ -z "${ZSH_VERSION-}" ] || emulate -L sh
  local word option value ended=
  l_at= l_wait= l_pos=0 l_args= l_first= l_config= l_server= l_context= l_token=
  _larder_at ''
  for word in "$@"; do
    option= value=
    if [ -n "$l_wait" ]; then
      option=$l_wait value=$word l_wait=
    elif [ -n "$ended" ]; then
      :
    else
      case $word in
        --) ended=1 && continue ;;
        --*=*) option=${word%%=*} value=${word#*=} ;;
        -?*)
          _larder_takes "$l_at $word"
          [ -z "$l_takes" ] || l_wait=$word
          continue
          ;;
      esac
    fi
    case $option in
      '') ;;
      --config) l_config=$value ;;
      --server) l_server=$value ;;
      --context) l_context=$value ;;
      --token-file) l_token=$value ;;
    esac
    [ -z "$option" ] || continue
    if [ "$l_pos" = 0 ] && [ -z "$ended" ]; then
      case " $l_subs " in
        *" $word "*)
          l_at="$l_at${l_at:+ }$word"
          _larder_at "$l_at"
          continue
          ;;
      esac
    fi
    [ "$l_pos" != 0 ] || l_first=$word
    l_pos=$((l_pos + 1))
    l_args="$l_args${l_args:+ }$word"
  done
}

# Prints the names of kind $1 that the server knows, one a line. They are kept for a minute or two,
# so that only the first TAB waits for a Java runtime; a server that does not answer is not asked
# again for as long.
_larder_names() {
  [ -z "${ZSH_VERSION-}" ] || emulate -L sh
  local cache file key of=
  [ "$1" != packages ] || of=$l_first
  cache=
  case ${XDG_CACHE_HOME-} in
    /*) cache=$XDG_CACHE_HOME/larder/completion ;;
    *) [ -z "${HOME-}" ] || cache=$HOME/.cache/larder/completion ;;
  esac
  key=$(printf '%s\n' "$of" "$l_config" "$l_server" "$l_context" "${LARDER_CONFIG-}" \
    "${LARDER_SERVER-}" "${LARDER_CONTEXT-}" | cksum)
  file=$cache/$1-${key%% *}
  if [ -z "$cache" ] || ! (umask 077 && mkdir -p "$cache") 2>/dev/null; then
    _larder_ask "$1" "$of"
    return
  fi
  if [ -z "$(find "$file" -mmin -2 2>/dev/null)" ]; then
    (
      umask 077
      _larder_ask "$1" "$of" >"$file.$$"
      mv -f "$file.$$" "$file"
    ) 2>/dev/null
  fi
  cat "$file" 2>/dev/null
}

_larder_ask() {
  "$l_larder" __complete ${l_config:+"--config=$l_config"} ${l_server:+"--server=$l_server"} \
    ${l_context:+"--context=$l_context"} ${l_token:+"--token-file=$l_token"} \
    "$1" ${2:+"$2"} 2>/dev/null </dev/null
}
