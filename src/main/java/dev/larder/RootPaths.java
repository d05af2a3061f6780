package dev.larder;

import dev.larder.repo.Content;
import dev.larder.serve.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Which paths answer at the top of the package listener, since they can mean nothing else:
/// freebsd-update can say neither port nor path of its server, and FreeBSD's pkg and Bastille are
/// easier to point at a bare host name.
final class RootPaths {
  /// `FreeBSD:15:amd64`, the directory of an ABI on a package server.
  private static final Pattern ABI = Pattern.compile("FreeBSD:[0-9]+:[A-Za-z0-9_]+");

  /// `15.0-RELEASE` or `to-15.1-RC2`, a directory of freebsd-update.
  private static final Pattern RELEASE =
      Pattern.compile("(to-)?[0-9]+\\.[0-9]+-(RELEASE|(ALPHA|BETA|RC)[0-9]+)");

  private RootPaths() {}

  /// The root paths of the first mirror of each format that has some.
  static List<Site.RootPath> of(List<? extends Content> contents) {
    List<Site.RootPath> roots = new ArrayList<>();
    for (Content content : contents) {
      boolean first =
          roots.stream().noneMatch(root -> root.content().format().equals(content.format()));
      if (first) {
        switch (content.format()) {
          case "freebsd-pkg" -> roots.add(new Site.RootPath("/", ABI, content));
          case "freebsd-update" -> roots.add(new Site.RootPath("/", RELEASE, content));
          case "freebsd-releases" -> roots.add(new Site.RootPath("/pub/FreeBSD/", null, content));
          default -> {
            // Others are found by their name only.
          }
        }
      }
    }
    return List.copyOf(roots);
  }
}
