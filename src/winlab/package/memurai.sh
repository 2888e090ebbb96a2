#!/bin/sh
# memurai.exe of the stand-in: the system's redis-server with Memurai's way of being a service.
# It is started in the root of the practice host, where C:/... is a relative path.
root=$(pwd -P)
configuration=
sentinel=
is_name=no
case "$0" in
    # Memurai is a Sentinel too when its program is called so.
    *memurai-sentinel.exe) sentinel=--sentinel ;;
esac
for argument do
    shift
    case "$is_name $argument" in
        yes*) is_name=no ;;
        *" --service-run") ;;
        *" --service-name") is_name=yes ;;
        *" --sentinel") sentinel=--sentinel ;;
        *" C:/"*.conf) configuration=$root/$argument ;;
        *) set -- "$@" "$argument" ;;
    esac
done
# A relative `dir` means the folder of the program.
cd "$(dirname "$0")" || exit 1
# redis-server takes its configuration before all options.
exec redis-server ${configuration:+"$configuration"} "$@" $sentinel
