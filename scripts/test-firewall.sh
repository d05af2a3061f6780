#!/bin/sh
# Tries packaging/firewall/nftables.conf, as it is, on a dual-homed Larder with real traffic. POSIX sh;
# called by scripts/test. Needs root: four machines are made of network namespaces.
#
#   clear  198.51.100.1  ---  198.51.100.2  server  fd00:ee5::2  ---  fd00:ee5::1  router
#          fd00:c1ea::1  ---  fd00:c1ea::2                                            |  1280 bytes
#                                             client  fd00:ee5:0:1::9, ::a  ----------+
# shellcheck disable=SC2317 # functions that only yes and no call
set -u
cd "$(dirname "$0")/.." || exit 1
suite=firewall
# shellcheck source=scripts/testing.sh
. scripts/testing.sh
# shellcheck source=scripts/find-jdk.sh
. scripts/find-jdk.sh
PATH=$PATH:/usr/sbin:/sbin
make_scratch

[ "$(id -u)" = 0 ] || skip_all "which needs root"
lacking=$(lacks ip nft nsenter nginx curl repo-add bsdtar ping)
[ -z "$lacking" ] || skip_all "not installed: $lacking"
need_distribution
find_jdk run || skip_all "$jdk_problem"
LARDER_JAVA_HOME=$jdk_home
LARDER_AOT=off
export LARDER_JAVA_HOME LARDER_AOT

rules=packaging/firewall/nftables.conf
id=larder-fw-$$
machines="clear server router client"
larder_pid=
upstream_pid=
ssh_pid=
close_all() {
  for pid in $larder_pid $upstream_pid $ssh_pid; do
    end "$pid"
  done
  for machine in $machines; do
    ip netns del "$id-$machine" 2>/dev/null
  done
}

# on MACHINE COMMAND ...
on() {
  machine=$1
  shift
  nsenter --net="/run/netns/$id-$machine" "$@"
}
# cable MACHINE INTERFACE MACHINE INTERFACE
cable() {
  ip link add "$2" netns "$id-$1" type veth peer name "$4" netns "$id-$3"
  ip -n "$id-$1" link set "$2" up
  ip -n "$id-$3" link set "$4" up
}
# address MACHINE INTERFACE ADDRESS ...
address() {
  machine=$1
  interface=$2
  shift 2
  for one in "$@"; do
    case $one in
      *:*) ip -n "$id-$machine" addr add "$one" dev "$interface" nodad ;;
      *) ip -n "$id-$machine" addr add "$one" dev "$interface" ;;
    esac
  done
}

# --- the machines -------------------------------------------------------------------------------

for machine in $machines; do
  ip netns add "$id-$machine" || skip_all "network namespaces cannot be made here"
  ip -n "$id-$machine" link set lo up
done
cable clear up0 server clear0
cable server mesh0 router up0
cable router down0 client up0
address clear up0 198.51.100.1/24 fd00:c1ea::1/64
address server clear0 198.51.100.2/24 fd00:c1ea::2/64
address server mesh0 fd00:ee5::2/64
address router up0 fd00:ee5::1/64
address router down0 fd00:ee5:0:1::1/64
address client up0 fd00:ee5:0:1::9/64 fd00:ee5:0:1::a/64
ip -n "$id-client" route add default via fd00:ee5:0:1::1
ip -n "$id-router" route add default via fd00:ee5::2
ip -n "$id-server" route add fd00:ee5:0:1::/64 via fd00:ee5::1
# Somebody in the clear who wants in: all of the mesh is behind our server, he thinks.
ip -n "$id-clear" route add fd00:ee5::/48 via fd00:c1ea::2
# The server forwards, as a container engine would make it do. Only the firewall is between.
for machine in router server; do
  on "$machine" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
done
# As through a tunnel: the client offers full packets, the way to it is narrower.
ip -n "$id-router" link set down0 mtu 1280
on server sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_mtu_probing'

# --- the servers --------------------------------------------------------------------------------

upstream "$scratch/up" 198.51.100.1:80 nsenter --net="/run/netns/$id-clear"
mkdir "$scratch/ssh" "$scratch/dist"
# Stands for sshd: answers at its port.
clear_pid=$upstream_pid
upstream "$scratch/ssh" '[::]:22' nsenter --net="/run/netns/$id-server"
ssh_pid=$upstream_pid
upstream_pid=$clear_pid

tar -xzf "$archive" -C "$scratch/dist" --strip-components=1
cat >"$scratch/larder.toml" <<END
data = "$scratch/data"
[packages]
listen = ["[fd00:ee5::2]:80", "[fd00:ee5::2]:8080"]
[console]
listen = []
[egress]
bind = ["198.51.100.2"]
[mirror.arch]
upstream = ["http://198.51.100.1"]
refresh = "0s"
END
nsenter --net="/run/netns/$id-server" "$scratch/dist/bin/larder" serve --config "$scratch/larder.toml" \
  >"$scratch/larder.log" 2>&1 </dev/null &
larder_pid=$!
url='http://[fd00:ee5::2]'
package=core/os/x86_64/tool-1-1-any.pkg.tar.zst
# fetch MACHINE URL [OPTION ...]
fetch() {
  machine=$1
  where=$2
  shift 2
  on "$machine" curl -sS -g -f -m 8 --connect-timeout 1 -o "$scratch/got" "$@" "$where"
}
# counter NAME: packets it has counted.
counter() { on server nft list counter inet larder "$1" | sed -n 's/^.*packets \([0-9]*\) .*$/\1/p'; }
# counted WHAT COUNTER: it is not zero.
counted() { if [ "$(counter "$2")" -gt 0 ]; then ok; else bad "$1: $2 has counted nothing"; fi; }

if eventually 60 fetch client "$url:8080/"; then ok; else
  tail -n 20 "$scratch/larder.log"
  bad "Larder does not answer"
  finish
fi

# --- without the firewall: what it is for -------------------------------------------------------

yes "without it the clear reaches the mesh's address" fetch clear "$url:8080/"
yes "and what is behind" on clear ping -6 -c 1 -W 2 fd00:ee5:0:1::9
yes "and Larder's machine asks in the mesh" on server ping -6 -c 1 -W 2 fd00:ee5:0:1::9

# --- with it ------------------------------------------------------------------------------------

yes "the rules are well-formed" on server nft -c -f "$rules"
yes "they are loaded" on server nft -f "$rules"
yes "and loaded again" on server nft -f "$rules"
is "once" 1 "$(on server nft list tables | wc -l | tr -d ' ')"
# Neighbors have to be found anew, and so has the size of packets.
for machine in $machines; do
  ip -n "$id-$machine" neigh flush all
  ip -n "$id-$machine" -6 route flush cache
done

for port in 8080 80; do
  yes "a client gets a package at $port" fetch client "$url:$port/arch/$package"
  yes "the right one" cmp "$scratch/got" "$scratch/up/$package"
done
counted "the way was narrow" packet_too_big
has "the upstream was asked from the clear" "^198.51.100.2 .*tool-1-1-any" "$scratch/up/tmp/access.log"
has_not "and from nowhere else" "^[^1]" "$scratch/up/tmp/access.log"
is "nobody was refused so far" "0 0 0" "$(counter spoofed) $(counter refused_mesh) $(counter leaked)"
yes "a client may ask whether it is there" on client ping -6 -c 1 -W 2 fd00:ee5::2

# Another port of the mesh is refused at once, not after a timeout.
began=$(date +%s)
no "no other port in the mesh" fetch client "$url:22/" --interface fd00:ee5:0:1::9
if [ $(($(date +%s) - began)) -lt 2 ]; then ok; else bad "the client was left hanging"; fi
counted "which is counted" refused_mesh
yes "but for the administrator" fetch client "$url:22/core/os/x86_64/" --interface fd00:ee5:0:1::a -X OPTIONS \
  --no-fail

for address in 'fd00:ee5::2]:8080' 'fd00:c1ea::2]:8080' 'fd00:c1ea::2]:22'; do
  no "the clear does not reach $address" fetch clear "http://[$address/"
done
no "nor anything in IPv4" fetch clear "http://198.51.100.2:22/"
counted "which is counted" refused_clear

before=$(counter forwarded)
no "nothing passes through from the clear" on clear ping -6 -c 1 -W 1 fd00:ee5:0:1::9
no "nor to it" on client ping -6 -c 1 -W 1 fd00:c1ea::1
if [ "$(counter forwarded)" -ge $((before + 2)) ]; then ok; else bad "forwarded has not counted both"; fi

# Somebody in the clear with an address of the mesh; the answer would go to the mesh.
ip -n "$id-clear" addr add fd00:ee5:0:1::a/128 dev lo nodad
no "a forged source gets nothing" fetch clear "$url:8080/" --interface fd00:ee5:0:1::a
counted "and is counted" spoofed
ip -n "$id-clear" addr del fd00:ee5:0:1::a/128 dev lo

no "Larder's machine does not ask in the mesh" fetch server "http://[fd00:ee5:0:1::9]:80/"
counted "which is counted" leaked
no "nor at other ports of the clear" fetch server "http://198.51.100.1:8000/"
yes "but at those of upstreams" fetch server "http://198.51.100.1/$package"

# The rule about packet-too-big is not for show: without it the same package hangs.
ip -n "$id-server" -6 route flush cache
on server nft insert rule inet larder input icmpv6 type packet-too-big drop
no "without packet-too-big a package hangs" fetch client "$url:8080/arch/$package" -m 2
yes "which small answers do not" fetch client "$url:8080/arch/" --head
yes "and with it all is well again" on server nft -f "$rules"
yes "all of it" fetch client "$url:8080/arch/$package"

finish
