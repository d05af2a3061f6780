package dev.larder.snippet;

import java.util.ArrayList;
import java.util.List;

/// Repositories of pkg(8). A file in `/usr/local/etc/pkg/repos` that has a tag of
/// `/etc/pkg/FreeBSD.conf` overrides the keys it names (pkg.conf(5), and `add_repo` in pkg's
/// libpkg/pkg_config.c); directories are read in order, and their files by name.
///
/// Tags, branches and fingerprints are those of `usr.sbin/pkg/FreeBSD.conf.quarterly-release` in
/// FreeBSD's source; `signature_type` and `fingerprints` are repeated so that what clients trust
/// stands beside where it comes from.
///
/// The file is one of our own: an installation with base system packages already has a
/// `FreeBSD.conf` there, which says that they are on. For the same reason `FreeBSD-base` is apart:
/// before pkg 2.8, overriding a tag without `enabled` switched it on.
final class FreeBsdPkg {
  private static final String DIRECTORY = "/usr/local/etc/pkg/repos";
  private static final String KEYS = "/usr/share/keys/pkg";

  private FreeBsdPkg() {}

  static List<Snippet> snippets(Address at, List<String> notes) {
    String base = (at.isTop() ? at.base() + "/" : at.url()) + "${ABI}/";
    String kmods = base + "kmods_quarterly_${VERSION_MINOR}";
    List<String> stable = new ArrayList<>(notes);
    stable.add(
        "STABLE and CURRENT have other branches than quarterly, like latest, kmods_latest and"
            + " base_latest: behind ${ABI}/ write what /etc/pkg/FreeBSD.conf has there");
    List<String> base15 = new ArrayList<>(notes);
    base15.add(
        "beside the one for 15 and newer, and only where pkg also manages the base system; see"
            + " whether it does with: pkg info FreeBSD-runtime");
    return List.of(
        snippet(
            "15",
            "FreeBSD 15 and newer",
            "larder.conf",
            repository("FreeBSD-ports", base + "quarterly", KEYS)
                + "\n"
                + repository("FreeBSD-ports-kmods", kmods, KEYS),
            stable),
        snippet(
            "base",
            "FreeBSD 15 and newer with base system packages (pkgbase)",
            "larder-base.conf",
            repository(
                "FreeBSD-base",
                base + "base_release_${VERSION_MINOR}",
                "/usr/share/keys/pkgbase-${VERSION_MAJOR}"),
            base15),
        snippet(
            "14",
            "FreeBSD 14.3 and later ones of 14",
            "larder.conf",
            repository("FreeBSD", base + "quarterly", KEYS)
                + "\n"
                + repository("FreeBSD-kmods", kmods, KEYS),
            notes),
        snippet(
            "older",
            "FreeBSD 14.2 and older",
            "larder.conf",
            repository("FreeBSD", base + "quarterly", KEYS),
            notes));
  }

  private static String repository(String tag, String url, String keys) {
    return """
    %s: {
      url: "%s",
      mirror_type: "none",
      signature_type: "fingerprints",
      fingerprints: "%s",
      enabled: yes
    }\
    """
        .formatted(tag, url, keys);
  }

  private static Snippet snippet(
      String variant, String title, String name, String text, List<String> notes) {
    String file = DIRECTORY + "/" + name;
    return new Snippet(
        variant,
        title,
        file,
        "a new file; the command waits for these lines, paste them and press Ctrl-D",
        Edit.FILE,
        text,
        "mkdir -p %s && cat > %s && pkg update -f".formatted(DIRECTORY, file),
        "rm %s && pkg update -f".formatted(file),
        notes);
  }
}
