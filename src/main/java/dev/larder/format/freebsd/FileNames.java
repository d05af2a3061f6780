package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import java.util.ArrayList;
import java.util.List;

/// The files of a package as its manifest names them: with a slash in front, and whatever is not
/// ASCII as `%` and two digits. They are only ever shown, so of a path nothing is asked but that it
/// stays below the root and on one line.
final class FileNames {
  /// Of a path, in characters.
  static final int MAX_LENGTH = 4096;

  private static final int MAX_FILES = 300_000;
  private static final int MAX_TOTAL = 16 << 20;

  private final String where;
  private final List<String> files = new ArrayList<>();
  private long total;

  /// None yet.
  ///
  /// @param where what names them, for messages
  FileNames(String where) {
    this.where = where;
  }

  /// Adds a path as it stands in the manifest.
  ///
  /// @throws InvalidIndex if it is none, or one too many
  void add(String written, boolean directory) throws InvalidIndex {
    String path = PercentCode.decode(written);
    int start = 0;
    while (start < path.length() && path.charAt(start) == '/') {
      start++;
    }
    int end = path.length();
    while (end > start && path.charAt(end - 1) == '/') {
      end--;
    }
    String below = path.substring(start, end);
    total += below.length();
    if (below.length() > MAX_LENGTH || files.size() >= MAX_FILES || total > MAX_TOTAL) {
      throw fault("has more files, or longer names of files, than can be listed", written);
    }
    if (below.indexOf('\0') >= 0 || below.indexOf('\n') >= 0 || hasDots(below)) {
      throw fault("names a file that no package can have", written);
    }
    if (!below.isEmpty()) {
      files.add(directory ? below + "/" : below);
    }
  }

  /// All of them, sorted by their bytes, each once.
  List<String> sorted() {
    files.sort(FileNames::byBytes);
    List<String> once = new ArrayList<>(files.size());
    for (String file : files) {
      if (once.isEmpty() || !file.equals(once.getLast())) {
        once.add(file);
      }
    }
    return once;
  }

  // As UTF-8: what takes two chars of Java is behind what takes one.
  private static int byBytes(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        int surrogates = Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
        return surrogates != 0 ? surrogates : Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static boolean hasDots(String path) {
    return ("/" + path + "/").contains("/../");
  }

  private InvalidIndex fault(String what, String path) {
    return new InvalidIndex(where + ": " + what + ": " + TarMembers.shown(path));
  }
}
