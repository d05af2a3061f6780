
# Reads the words before the cursor; sets what completion.sh sets for other shells.
function __larder_walk
    set -g __larder_where
    set -g __larder_wait
    set -g __larder_args
    set -l ended 0
    set -l at
    __larder_at ''
    for word in $argv
        set -l option
        set -l value
        if set -q __larder_wait[1]
            set option $__larder_wait
            set value $word
            set -g __larder_wait
        else if test $ended = 0
            switch $word
                case --
                    set ended 1
                    continue
                case '--*=*'
                    set option (string replace -r '=.*' '' -- $word)
                    set value (string replace -r '^[^=]*=' '' -- $word)
                case '-?*'
                    __larder_takes "$at $word"
                    if test -n "$__larder_takes"
                        set -g __larder_wait $word
                    end
                    continue
            end
        end
        if set -q option[1]
            switch $option
                case --config --server --context --token-file
                    set -ga __larder_where "$option=$value"
            end
            continue
        end
        if not set -q __larder_args[1]; and test $ended = 0
            and contains -- $word (string replace -r '\t.*' '' -- $__larder_subs)
            set -a at $word
            __larder_at "$at"
            continue
        end
        set -ga __larder_args $word
    end
    set -g __larder_here "$at"
end

# Prints the names of a kind that the server knows. They are kept for a minute or two, so that only
# the first TAB waits for a Java runtime; a server that does not answer is not asked again for as
# long.
function __larder_names --argument-names larder kind
    set -l of
    if test $kind = packages; and set -q __larder_args[1]
        set of $__larder_args[1]
    end
    set -l ask $larder __complete $__larder_where $kind $of
    set -l cache
    if string match -q '/*' -- "$XDG_CACHE_HOME"
        set cache $XDG_CACHE_HOME/larder/completion
    else if test -n "$HOME"
        set cache $HOME/.cache/larder/completion
    end
    set -l key (printf '%s\n' $of $__larder_where "$LARDER_CONFIG" "$LARDER_SERVER" "$LARDER_CONTEXT" | cksum | string replace -r ' .*' '')
    set -l file $cache/$kind-fish-$key
    if test -z "$cache"; or not mkdir -p -m 700 $cache 2>/dev/null
        $ask 2>/dev/null </dev/null
        return
    end
    if test -z "$(find $file -mmin -2 2>/dev/null)"
        $ask >$file.$fish_pid 2>/dev/null </dev/null
        mv -f $file.$fish_pid $file 2>/dev/null
    end
    cat $file 2>/dev/null
end

# Prints what an option or argument takes, each led by what the word already has.
function __larder_value --argument-names larder what cur lead
    __larder_takes $what
    for word in $__larder_words
        echo $lead$word
    end
    switch "$__larder_kind"
        case ''
        case files
            for word in (__fish_complete_path $cur)
                echo $lead$word
            end
        case directories
            for word in (__fish_complete_directories $cur)
                echo $lead$word
            end
        case commands
            __larder_at "$__larder_args"
            printf '%s\n' $__larder_subs
        case '*'
            for word in (__larder_names $larder $__larder_kind)
                echo $lead$word
            end
    end
end

function __larder_complete
    set -l line (commandline -opc)
    set -l cur (commandline -ct)
    set -l larder $line[1]
    __larder_walk $line[2..-1]
    if set -q __larder_wait[1]
        __larder_value $larder "$__larder_here $__larder_wait" "$cur" ''
    else if string match -q -- '--*=*' $cur
        set -l option (string replace -r '=.*' '' -- $cur)
        __larder_value $larder "$__larder_here $option" (string replace -r '^[^=]*=' '' -- $cur) "$option="
    else if string match -q -- '-*' $cur
        printf '%s\n' $__larder_opts
    else
        if not set -q __larder_args[1]; and set -q __larder_subs[1]
            printf '%s\n' $__larder_subs
        end
        __larder_value $larder "$__larder_here @"(count $__larder_args) "$cur" ''
    end
end

complete -c larder -e
complete -c larder -f -a '(__larder_complete)'
