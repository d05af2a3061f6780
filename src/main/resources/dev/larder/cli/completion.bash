
# Offers the words of $1 that begin with $2, each led by $3.
_larder_offer() {
  local word
  while IFS= read -r word; do
    [[ -z $word || $word != "$2"* ]] || COMPREPLY+=("$3$word")
  done <<<"$1"
}

# Offers what the option or argument $1 takes and begins with $2, led by $3.
_larder_value() {
  local directory
  _larder_takes "$1"
  _larder_offer "${l_words// /$'\n'}" "$2" "$3"
  case $l_kind in
    '') ;;
    files | directories)
      compopt -o filenames 2>/dev/null
      [[ $l_kind = files ]] && directory= || directory=-d
      _larder_offer "$(compgen ${directory:--f} -- "$2")" "$2" "$3"
      ;;
    commands)
      _larder_at "$l_args"
      _larder_offer "${l_subs// /$'\n'}" "$2" "$3"
      ;;
    *) _larder_offer "$(_larder_names "$l_kind")" "$2" "$3" ;;
  esac
}

_larder() {
  local l_at l_wait l_pos l_args l_first l_config l_server l_context l_token
  local l_subs l_opts l_takes l_words l_kind l_larder
  local -a line=()
  local i piece cur rest=$COMP_LINE
  # bash takes words apart at = and :, which belong to ours: no blank, no new word.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if ((i > 0)) && [[ $rest != [[:blank:]]* ]]; then
      line[-1]+=$piece
    else
      line+=("$piece")
    fi
    rest=${rest#*"$piece"}
  done
  cur=${line[-1]}
  l_larder=${line[0]/#\~\//$HOME/}
  unset 'line[-1]'
  for i in "${!line[@]}"; do
    # As the shell would read it: without quotes.
    piece=${line[i]}
    case $piece in
      \'*\' | \"*\") piece=${piece:1:${#piece}-2} ;;
      *\\*) piece=${piece//\\/} ;;
    esac
    line[i]=$piece
  done
  COMPREPLY=()
  _larder_walk "${line[@]:1}"
  if [[ $l_wait ]]; then
    _larder_value "$l_at $l_wait" "$cur" ''
  elif [[ $cur = --*=* ]]; then
    _larder_value "$l_at ${cur%%=*}" "${cur#*=}" "${cur%%=*}="
  elif [[ $cur = -* ]]; then
    _larder_offer "${l_opts// /$'\n'}" "$cur" ''
  else
    ((l_pos > 0)) || _larder_offer "${l_subs// /$'\n'}" "$cur" ''
    _larder_value "$l_at @$l_pos" "$cur" ''
  fi
  # Only what follows the last such character is replaced.
  piece=${cur%"${cur##*[=:]}"}
  if [[ $piece && $COMP_WORDBREAKS = *"${piece: -1}"* ]]; then
    for i in "${!COMPREPLY[@]}"; do
      COMPREPLY[i]=${COMPREPLY[i]#"$piece"}
    done
  fi
}

complete -F _larder larder
