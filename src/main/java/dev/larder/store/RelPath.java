package dev.larder.store;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The path of a file below a mirror or repository, as clients ask for it: decoded, without a
/// leading slash, `core/os/x86_64/core.db`. An instance never leaves its root: empty segments, `.`,
/// `..`, control characters, backslashes and names longer than a file system takes are refused.
///
/// @param value segments joined by `/`; empty for the root itself
public record RelPath(String value) implements Comparable<RelPath> {
  /// The root itself.
  public static final RelPath ROOT = new RelPath("");

  private static final int MAX_LENGTH = 1024;
  private static final int MAX_SEGMENT_BYTES = 250;

  /// Checks the path.
  ///
  /// @throws IllegalArgumentException if it is not a plain relative path; the message says why
  public RelPath {
    String fault = fault(value);
    if (fault != null) {
      throw new IllegalArgumentException("path " + fault);
    }
  }

  /// Reads a path, or returns null if it is not a plain relative path.
  public static @Nullable RelPath orNull(String value) {
    return fault(value) == null ? new RelPath(value) : null;
  }

  private static @Nullable String fault(String value) {
    if (value.isEmpty()) {
      return null;
    }
    if (value.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    int start = 0;
    for (int i = 0; i <= value.length(); i++) {
      char c = i == value.length() ? '/' : value.charAt(i);
      if (c == '/') {
        String fault = segmentFault(value.substring(start, i));
        if (fault != null) {
          return fault;
        }
        start = i + 1;
      } else if (c < 0x20 || c == 0x7f || c == '\\' || Character.isSurrogate(c) || c == '\uFFFD') {
        return "has a character that no package path has";
      }
    }
    return null;
  }

  private static @Nullable String segmentFault(String segment) {
    if (segment.isEmpty()) {
      return "has an empty segment";
    }
    if (segment.equals(".") || segment.equals("..")) {
      return "has a segment " + segment;
    }
    // Every char outside ASCII takes at most three bytes in UTF-8 once surrogates are out.
    int bytes = 0;
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
    }
    return bytes > MAX_SEGMENT_BYTES ? "has a name of over " + MAX_SEGMENT_BYTES + " bytes" : null;
  }

  /// Whether this is the root itself.
  public boolean isRoot() {
    return value.isEmpty();
  }

  /// The last segment; empty for the root.
  public String fileName() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  /// The directory this lies in; the root's parent is the root.
  public RelPath parent() {
    int slash = value.lastIndexOf('/');
    return slash < 0 ? ROOT : new RelPath(value.substring(0, slash));
  }

  /// Whether this lies somewhere below `directory`.
  public boolean isBelow(RelPath directory) {
    return directory.isRoot()
        ? !isRoot()
        : value.length() > directory.value.length()
            && value.charAt(directory.value.length()) == '/'
            && value.startsWith(directory.value);
  }

  /// The path of `name` (one segment or several) below this directory.
  ///
  /// @throws IllegalArgumentException if the result is not a plain relative path
  public RelPath resolve(String name) {
    return isRoot() ? new RelPath(name) : new RelPath(value + "/" + name);
  }

  /// The path beside this one with `name` as its last segment.
  public RelPath sibling(String name) {
    return parent().resolve(name);
  }

  /// The path percent-encoded, as it stands in a URL (RFC 3986, 3.3). What pacman writes raw stays
  /// raw.
  public String encoded() {
    StringBuilder text = new StringBuilder(value.length() + 16);
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._~/+:@$,".indexOf(c) >= 0;
      text.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return text.toString();
  }

  @Override
  public int compareTo(RelPath other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
