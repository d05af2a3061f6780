package dev.larder.format.freebsd;

import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.RelPath;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What lies where below `/pub/FreeBSD`, as release/Makefile.mirrors of FreeBSD lays it out. A
/// directory is either a release, whose files a `MANIFEST` names, or one of images, whose files are
/// named by a `CHECKSUM` file that covers the images of one build, not the directory:
///
/// ```
/// releases/amd64/amd64/14.1-RELEASE/           MANIFEST  base.txz  kernel.txz
/// releases/amd64/amd64/ISO-IMAGES/14.1/        CHECKSUM.SHA256-FreeBSD-14.1-RELEASE-amd64
///                                              FreeBSD-14.1-RELEASE-amd64-disc1.iso.xz
/// releases/VM-IMAGES/14.1-RELEASE/amd64/Latest/   CHECKSUM.SHA256
///                                              FreeBSD-14.1-RELEASE-amd64-ufs.qcow2.xz
/// snapshots/VM-IMAGES/15.0-CURRENT/amd64/20250101/
///                          CHECKSUM.SHA256-20250101-0123456789ab-274000
///                          FreeBSD-15.0-CURRENT-amd64-ufs-20250101-0123456789ab-274000.qcow2.xz
/// ```
final class ReleasePath {
  static final String MANIFEST = "MANIFEST";
  static final String LATEST = "Latest";

  private static final String SHA256 = "CHECKSUM.SHA256";
  private static final int MAX_CANDIDATES = 6;

  private static final Pattern IMAGES = Pattern.compile("[A-Z]{2,8}-IMAGES|PKGBASE-REPOS");
  private static final Pattern CHECKSUMS =
      Pattern.compile("CHECKSUM\\.(SHA256|SHA512)(?:-[A-Za-z0-9._+-]+)?(?<!\\.asc|\\.sig)");
  // Without one it is a directory: Latest, 20250101, 14.1-RELEASE, amd64.
  private static final Pattern WITH_EXTENSION = Pattern.compile(".*\\.[A-Za-z][A-Za-z0-9]*");
  private static final Pattern BESIDE_THE_IMAGES =
      Pattern.compile("CHECKSUM\\..*|.*\\.(?:asc|sig|txt|TXT|md|html?)");

  // The date of a snapshot with its commit, or with the revision where Subversion was in use.
  private static final Pattern BUILD =
      Pattern.compile("-([0-9]{8}-(?:r[0-9]{1,9}|[0-9a-f]{7,40}-[0-9]{1,9}))(?=[-.])");
  private static final Pattern EXTENSIONS =
      Pattern.compile("(?:\\.(?:iso|img|raw|qcow2|vhd|vhdf|vmdk|tar|txz|xz|gz|bz2|zst|zip))+$");
  private static final Pattern MEDIUM =
      Pattern.compile("-(?:uefi-)?(?:disc[0-9]|dvd[0-9]|bootonly|livefs|memstick|mini-memstick)$");

  private ReleasePath() {}

  /// Whether `directory` lies in a tree of images.
  static boolean isOfImages(RelPath directory) {
    for (String segment : directory.value().split("/", -1)) {
      if (IMAGES.matcher(segment).matches()) {
        return true;
      }
    }
    return false;
  }

  static boolean isManifest(RelPath path) {
    return path.fileName().equals(MANIFEST) && !isOfImages(path.parent());
  }

  /// Whether `path` is a file of checksums in one of the two forms that are worth it.
  static boolean isChecksums(RelPath path) {
    return CHECKSUMS.matcher(path.fileName()).matches() && isOfImages(path.parent());
  }

  /// The algorithm of a file of checksums.
  ///
  /// @throws IllegalArgumentException if `checksums` is none
  static Algorithm algorithm(RelPath checksums) {
    Matcher matcher = CHECKSUMS.matcher(checksums.fileName());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a file of checksums: " + checksums);
    }
    return "SHA512".equals(matcher.group(1)) ? Algorithm.SHA512 : Algorithm.SHA256;
  }

  /// Whether an index may name `path`.
  static boolean isPackage(RelPath path) {
    String name = path.fileName();
    return isOfImages(path.parent())
        ? WITH_EXTENSION.matcher(name).matches() && !BESIDE_THE_IMAGES.matcher(name).matches()
        : name.endsWith(".txz") && name.length() > 4;
  }

  /// The indexes that may name an image or archive, the likeliest first.
  static List<RelPath> indexesOf(RelPath path) {
    if (!isOfImages(path.parent())) {
      return List.of(path.sibling(MANIFEST));
    }
    Set<String> names = new LinkedHashSet<>();
    Matcher build = BUILD.matcher(path.fileName());
    String stem = EXTENSIONS.matcher(path.fileName()).replaceFirst("");
    if (isOfIsos(path.parent())) {
      Matcher medium = MEDIUM.matcher(stem);
      if (medium.find()) {
        names.add(SHA256 + "-" + stem.substring(0, medium.start()));
      } else {
        // A board has an image and a file of checksums of its own.
        names.add(SHA256 + "-" + stem);
        names.add(SHA256 + "-" + stem.replaceFirst("-[^-]*$", ""));
      }
    } else if (build.find()) {
      names.add(SHA256 + "-" + build.group(1));
    }
    names.add(SHA256);
    List<RelPath> candidates = new ArrayList<>();
    for (String name : names) {
      RelPath candidate = RelPath.orNull(path.parent() + "/" + name);
      if (candidate != null && isChecksums(candidate) && candidates.size() < MAX_CANDIDATES) {
        candidates.add(candidate);
      }
    }
    return List.copyOf(candidates);
  }

  private static boolean isOfIsos(RelPath directory) {
    return ("/" + directory + "/").contains("/ISO-IMAGES/");
  }

  /// Under which names the file that `name` names lies in the directory of `checksums`: in `Latest`
  /// of a snapshot each image is linked to without its build, while the checksums, linked from the
  /// same place, give its full name.
  static List<String> namesBeside(RelPath checksums, String name) {
    String linked = BUILD.matcher(name).replaceFirst("");
    return checksums.parent().fileName().equals(LATEST) && !linked.equals(name)
        ? List.of(name, linked)
        : List.of(name);
  }
}
