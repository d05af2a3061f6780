package dev.larder.format.freebsd;

import dev.larder.store.RelPath;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A path freebsd-update asks for. It has used the same ones since FreeBSD 6.2, the first release
/// it came with: `R/A/...`, and for patches from an older release to R also `to-R/A/bp/...`.
///
/// @param part what lies there
/// @param hash the SHA-256 that is the name, in lower-case hexadecimal; empty for a pointer, and
///   for a patch, which is named after the two files it leads from and to
record UpdatePath(Part part, String hash) {
  // 14.1-RELEASE, 15.0-BETA2; three numbers were in use before. The client cuts the patch level
  // off.
  private static final String RELEASE = "[0-9]{1,3}(?:\\.[0-9]{1,3}){1,2}-[A-Z]{1,20}[0-9]{0,3}";
  private static final String MACHINE = "[a-z0-9_]{1,32}"; // uname -m
  private static final String HASH = "[0-9a-f]{64}";

  private static final Pattern BELOW_ROOT =
      Pattern.compile("(" + RELEASE + "/" + MACHINE + ")(?:/.*)?");
  private static final Pattern POINTER =
      Pattern.compile(RELEASE + "/" + MACHINE + "/(?<pointer>latest|pub)\\.ssl");
  private static final Pattern FILE =
      Pattern.compile(
          "(?:to-)?%s/%s/(?:t/(?<t>%3$s)|m/(?<m>%3$s)\\.gz|f/(?<f>%3$s)\\.gz"
                  .formatted(RELEASE, MACHINE, HASH)
              + "|(?<tp>tp)/%1$s-%1$s\\.gz|(?<bp>bp)/%1$s-%1$s)".formatted(HASH));

  /// What the server has for one release and machine.
  enum Part {
    /// `latest.ssl`: the signed name of the newest metadata index, the "tag".
    TAG,
    /// `pub.ssl`: the key it is signed with.
    KEY,
    /// `t/`: names the metadata files.
    METADATA_INDEX,
    /// `m/`: a metadata file, packed.
    METADATA,
    /// `f/`: a file of the system, packed.
    FILE,
    /// `tp/`: from one metadata file to another, packed.
    METADATA_PATCH,
    /// `bp/`: from one file of the system to another, by bsdiff.
    FILE_PATCH
  }

  /// Reads a path; null if it is none of these.
  static @Nullable UpdatePath orNull(RelPath path) {
    Matcher pointer = POINTER.matcher(path.value());
    if (pointer.matches()) {
      return new UpdatePath("latest".equals(pointer.group("pointer")) ? Part.TAG : Part.KEY, "");
    }
    Matcher file = FILE.matcher(path.value());
    if (!file.matches()) {
      return null;
    }
    String hash = file.group("t");
    if (hash != null) {
      return new UpdatePath(Part.METADATA_INDEX, hash);
    }
    hash = file.group("m");
    if (hash != null) {
      return new UpdatePath(Part.METADATA, hash);
    }
    hash = file.group("f");
    if (hash != null) {
      return new UpdatePath(Part.FILE, hash);
    }
    return new UpdatePath(file.group("tp") != null ? Part.METADATA_PATCH : Part.FILE_PATCH, "");
  }

  /// `R/A` if `path` is that or lies below it; else null.
  static @Nullable RelPath rootOrNull(RelPath path) {
    Matcher below = BELOW_ROOT.matcher(path.value());
    return below.matches() ? new RelPath(below.group(1)) : null;
  }
}
