package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import dev.larder.format.TarMembers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a package installs: its members but those whose names begin with a dot, which pacman keeps
/// to itself.
final class Payload {
  private static final int MAX_PATH = 4095;
  private static final int MAX_SEGMENT = 255;

  private static final long DIRECTORY = -1;
  private static final long LINK = -2;

  /// Sizes by path, or one of the constants above; paths without a slash at the end.
  private final Map<String, Long> paths = new HashMap<>();

  boolean isEmpty() {
    return paths.isEmpty();
  }

  /// Takes the member `members` stands at.
  ///
  /// @throws dev.larder.format.InvalidIndex if it must not be in a package
  void add(TarMembers members) throws IOException {
    String name = members.name();
    String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    checkName(members, path);
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

  private static void checkName(TarMembers members, String path) throws IOException {
    if (path.startsWith("/")) {
      throw members.fault("has an absolute name; pack it from inside the package's root");
    }
    if (path.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == 0xfffd)) {
      throw members.fault("has a name with control characters, or one that is not UTF-8");
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
      throw members.fault("has a name longer than " + MAX_PATH + " bytes");
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw members.fault("has a name with an empty part, . or .., which leads elsewhere");
      }
      if (segment.length() > MAX_SEGMENT / 3
          && segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT) {
        throw members.fault("has a name no file system takes: over " + MAX_SEGMENT + " bytes");
      }
    }
  }

  /// Checks it as a whole: nothing may lie below what is not a directory. Through a symbolic link
  /// of its own a package would write where its list of files does not say.
  ///
  /// @throws InvalidPackage if something does
  void check() throws InvalidPackage {
    for (String path : paths.keySet()) {
      int slash = path.lastIndexOf('/');
      for (; slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
        Long above = paths.get(path.substring(0, slash));
        if (above != null && above != DIRECTORY) {
          throw new InvalidPackage(
              TarMembers.shown(path)
                  + ": lies below "
                  + TarMembers.shown(path.substring(0, slash))
                  + ", which is no directory in the package");
        }
      }
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
