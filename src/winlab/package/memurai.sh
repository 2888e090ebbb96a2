#!/bin/sh
# memurai.exe of the stand-in: the system's redis-server with Memurai's way of being a service.
# It is started in the root of the practice host, where C:/... is a relative path.
root=$(pwd -P)
is_name=no
for argument do
    shift
    case "$is_name $argument" in
        yes*) is_name=no ;;
        *" --service-run") ;;
        *" --service-name") is_name=yes ;;
        *" C:/"*) set -- "$@" "$root/$argument" ;;
        *) set -- "$@" "$argument" ;;
    esac
done
# A relative `dir` means the folder of the program.
cd "$(dirname "$0")" || exit 1
exec redis-server "$@"
