package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import dev.larder.format.TarMembers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a package installs: its members but those whose names begin with a dot, which pacman keeps
/// to itself.
final class Payload {
  private static final int MAX_PATH = 4095;
  private static final int MAX_SEGMENT = 255;

  /// Of all paths together, in bytes: four times those of the largest packages there are. They are
  /// all in memory at once.
  private static final long MAX_TOTAL = 16L << 20;

  private static final long DIRECTORY = -1;
  private static final long LINK = -2;

  /// Sizes by path, or one of the constants above; paths without a slash at the end. In the order
  /// of the archive: makepkg sorts, so that sorting them again costs little.
  private final Map<String, Long> paths = new LinkedHashMap<>();

  private long total;

  boolean isEmpty() {
    return paths.isEmpty();
  }

  /// Takes the member `members` stands at.
  ///
  /// @throws dev.larder.format.InvalidIndex if it must not be in a package
  void add(TarMembers members) throws IOException {
    String name = members.name();
    String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    int length = checkName(members, path);
    long value =
        switch (members.kind()) {
          case FILE -> members.size();
          case DIRECTORY -> DIRECTORY;
          case SYMBOLIC_LINK -> LINK;
          case HARD_LINK -> hardLink(members);
          case OTHER ->
              throw members.fault(
                  "is a device, a pipe or the like, which a package must not bring; make it in"
                      + " .INSTALL or with systemd-tmpfiles");
        };
    Long before = paths.putIfAbsent(path, value);
    if (before != null && (before != DIRECTORY || value != DIRECTORY)) {
      throw members.fault("is in the package twice");
    }
    total += before == null ? length : 0;
    if (total > MAX_TOTAL) {
      throw members.fault(
          "is one path too many: together they may have "
              + MAX_TOTAL
              + " bytes; split the package");
    }
  }

  private long hardLink(TarMembers members) throws IOException {
    Long target = paths.get(members.linkName());
    if (target == null || target == DIRECTORY) {
      throw members.fault(
          "is a hard link to "
              + TarMembers.shown(members.linkName())
              + ", which is not a file in front of it");
    }
    return LINK;
  }

  // Returns the length in bytes. By hand and without streams and patterns: a repository reads
  // millions of names.
  private static int checkName(TarMembers members, String path) throws IOException {
    if (path.startsWith("/")) {
      throw members.fault("has an absolute name; pack it from inside the package's root");
    }
    int bytes = 0;
    int start = 0;
    int startBytes = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c < 0x20 || c == 0x7f || c == 0xfffd) {
        throw members.fault("has a name with control characters, or one that is not UTF-8");
      }
      if (c == '/') {
        checkSegment(members, path, start, i, bytes - startBytes);
        start = i + 1;
        startBytes = bytes + 1;
      }
      // The two halves of a surrogate pair have four bytes together.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    checkSegment(members, path, start, path.length(), bytes - startBytes);
    if (bytes > MAX_PATH) {
      throw members.fault("has a name longer than " + MAX_PATH + " bytes");
    }
    return bytes;
  }

  private static void checkSegment(TarMembers members, String path, int start, int end, int bytes)
      throws IOException {
    int length = end - start;
    boolean dots = length > 0 && length <= 2 && path.startsWith("..".substring(0, length), start);
    if (length == 0 || dots) {
      throw members.fault("has a name with an empty part, . or .., which leads elsewhere");
    }
    if (bytes > MAX_SEGMENT) {
      throw members.fault("has a name no file system takes: over " + MAX_SEGMENT + " bytes");
    }
  }

  /// Checks it as a whole: nothing may lie below what is not a directory. Through a symbolic link
  /// of its own a package would write where its list of files does not say.
  ///
  /// @throws InvalidPackage if something does
  void check() throws InvalidPackage {
    Placed[] sorted = paths.entrySet().stream().map(Placed::of).toArray(Placed[]::new);
    Arrays.sort(sorted, (left, right) -> Arrays.compareUnsigned(left.place, right.place));
    for (int i = 1; i < sorted.length; i++) {
      Placed above = sorted[i - 1];
      Placed path = sorted[i];
      if (above.kind != DIRECTORY && path.isBelow(above)) {
        throw new InvalidPackage(
            TarMembers.shown(path.path)
                + ": lies below "
                + TarMembers.shown(above.path)
                + ", which is no directory in the package");
      }
    }
  }

  /// A path, and its bytes with a zero for every slash: in their order, what lies below a path
  /// follows it at once, as no name has a smaller byte.
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  private record Placed(byte[] place, String path, long kind) {
    static Placed of(Map.Entry<String, Long> entry) {
      byte[] place = entry.getKey().getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < place.length; i++) {
        if (place[i] == '/') {
          place[i] = 0;
        }
      }
      return new Placed(place, entry.getKey(), entry.getValue());
    }

    boolean isBelow(Placed above) {
      return Arrays.mismatch(above.place, place) == above.place.length
          && place[above.place.length] == 0;
    }
  }

  /// Checks what `.MTREE` says of one path.
  ///
  /// @param size in bytes as stated there; -1 if not stated
  /// @throws InvalidPackage if the package holds something else
  void compare(String path, long size) throws InvalidPackage {
    Long held = paths.get(path);
    if (held == null) {
      throw new InvalidPackage(
          ".MTREE: names "
              + TarMembers.shown(path)
              + ", which is not in the package; build it again");
    }
    if (held >= 0 && size >= 0 && held != size) {
      throw new InvalidPackage(
          ".MTREE: states "
              + size
              + " bytes for "
              + TarMembers.shown(path)
              + ", which has "
              + held
              + "; build the package again");
    }
  }

  /// The paths as bytes of UTF-8, directories with a slash at the end, in the order of their bytes.
  List<byte[]> sorted() {
    return paths.entrySet().stream()
        .map(e -> e.getValue() == DIRECTORY ? e.getKey() + "/" : e.getKey())
        .map(path -> path.getBytes(StandardCharsets.UTF_8))
        .sorted(Arrays::compareUnsigned)
        .toList();
  }
}
