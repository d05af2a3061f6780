package dev.larder.snippet;

import java.util.ArrayList;
import java.util.List;

/// Bastille fetches `MANIFEST` and archives from `bastille_url_freebsd`, to which it appends
/// machine, architecture and release (usr/local/share/bastille/bootstrap.sh in its source). For
/// STABLE and CURRENT it replaces the first `releases` of the whole URL by `snapshots`.
final class Bastille {
  private static final String FILE = "/usr/local/etc/bastille/bastille.conf";
  private static final String RELEASES = "releases";

  private Bastille() {}

  static Snippet snippet(Address at, List<String> notes) {
    String top = at.atRoot() ? at.base() + "/pub/FreeBSD/" : at.url();
    String url = top + RELEASES + "/";
    List<String> all = new ArrayList<>(notes);
    if (top.contains(RELEASES)) {
      all.add(
          "bootstrapping STABLE or CURRENT does not work with this URL: Bastille replaces its first"
              + " \"releases\" by \"snapshots\", so neither host nor mirror may have it in its name");
    }
    all.add(
        "bastille bootstrap --pkgbase does not ask here, but the repositories in"
            + " /usr/local/share/bastille/pkgbase/FreeBSD-base.conf");
    all.add("in the jails themselves, pkg and freebsd-update have to be told too");
    all.add(
        "bsdinstall takes the directory of a release:"
            + " BSDINSTALL_DISTSITE=%samd64/amd64/15.0-RELEASE".formatted(url));
    return new Snippet(
        "bastille",
        "Bastille",
        FILE,
        "in place of the line bastille_url_freebsd that is there",
        Edit.LINE,
        assignment(url),
        "sysrc -f %s %s".formatted(FILE, assignment(url)),
        "sysrc -f %s %s"
            .formatted(FILE, assignment("http://ftp.freebsd.org/pub/FreeBSD/releases/")),
        all);
  }

  private static String assignment(String url) {
    return "bastille_url_freebsd=\"%s\"".formatted(url);
  }
}
