package dev.larder.snippet;

import java.util.ArrayList;
import java.util.List;

/// freebsd-update(8) has one line for its server, a host: `http://`, port 80 and the path behind it
/// are built in, for fetch(1) and for phttpget alike (usr.sbin/freebsd-update in FreeBSD's source).
final class FreeBsdUpdate {
  private static final String FILE = "/etc/freebsd-update.conf";

  private FreeBsdUpdate() {}

  static Snippet snippet(Address at, List<String> notes) {
    List<String> all = new ArrayList<>(notes);
    all.addAll(obstacles(at));
    all.add("to try it without a change: freebsd-update -s %s fetch".formatted(at.host()));
    all.add("jails have a file of their own");
    return new Snippet(
        "freebsd-update",
        "freebsd-update",
        FILE,
        "in place of the line ServerName that is there",
        Edit.LINE,
        "ServerName " + at.host(),
        replace(at.host()),
        replace("update.FreeBSD.org"),
        all);
  }

  private static String replace(String host) {
    return "sed -i '' 's/^ServerName[[:space:]].*/ServerName %s/' %s".formatted(host, FILE);
  }

  /// Why it cannot reach this address, and what to do about each reason.
  static List<String> obstacles(Address at) {
    List<String> obstacles = new ArrayList<>();
    if (at.isEncrypted()) {
      obstacles.add(
          "freebsd-update speaks plain HTTP only: it needs a Larder whose package listener has no"
              + " tls");
    }
    if (!at.isOnPort80()) {
      obstacles.add(
          "freebsd-update asks port 80 of %s and can be told no other: Larder has to listen there,"
                  .formatted(at.host())
              + " as with listen = [\"[::]:80\"] in [packages]");
    }
    if (!at.isBare()) {
      obstacles.add(
          "freebsd-update asks at / and can be told no path: it needs an address that reaches"
              + " Larder without one");
    }
    if (!at.isTop()) {
      obstacles.add(
          "freebsd-update asks at / and can be told no path, and there another mirror answers: give"
              + " this one an address of its own, as with listen = [\"192.0.2.7:80\"] in its table");
    }
    if (at.isIpv6()) {
      obstacles.add(
          "freebsd-update takes no IPv6 address: write a name for %s, from DNS or /etc/hosts"
              .formatted(at.host()));
    }
    return obstacles;
  }
}
