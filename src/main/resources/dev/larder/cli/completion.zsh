
# Offers what the option or argument $1 takes.
_larder_value() {
  local -a names
  _larder_takes "$1"
  [[ -z $l_words ]] || compadd -- ${=l_words}
  case $l_kind in
    '') ;;
    files) _files ;;
    directories) _files -/ ;;
    commands)
      _larder_described "$l_args"
      _describe -t commands command l_commands
      ;;
    *)
      names=("${(@f)$(_larder_names $l_kind)}")
      compadd -- ${names:#}
      ;;
  esac
}

_larder() {
  local l_at l_wait l_pos l_args l_first l_config l_server l_context l_token
  local l_subs l_opts l_takes l_words l_kind l_larder
  local -a l_commands l_options
  l_larder=${words[1]/#\~\//$HOME/}
  _larder_walk "${(@Q)words[2,CURRENT-1]}"
  if [[ -n $l_wait ]]; then
    _larder_value "$l_at $l_wait"
  elif [[ $PREFIX = --*=* ]]; then
    local option=${PREFIX%%=*}
    compset -P '*='
    _larder_value "$l_at $option"
  elif [[ $PREFIX = -* ]]; then
    _larder_described "$l_at"
    _describe -o -t options option l_options
  else
    _larder_described "$l_at"
    ((l_pos > 0)) || [[ -z $l_commands ]] || _describe -t commands command l_commands
    _larder_value "$l_at @$l_pos"
  fi
}

# Called as the function this file is, or read by hand.
if [[ ${funcstack[1]-} = _larder ]]; then
  _larder "$@"
else
  compdef _larder larder
fi
