package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.Hold;
import dev.larder.store.Layout;
import dev.larder.store.Layout.RootLayout;
import dev.larder.store.RelPath;
import dev.larder.store.Spool;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files that a repository of our own is: the current generation and those before it, and what
/// they name. Found without the server, which may be running: generations do not change, and while
/// a [Hold] is taken none goes. What is replaced in place (the pointer, signatures when a key is
/// exchanged) is small and read here. What there is of for each package lies in a [Spool], so that
/// their number costs no memory.
public final class HostedFiles implements Closeable {
  // A key that is exchanged replaces the signatures before the generation that names them is there.
  private static final int PATIENCE = 100;
  private static final int PAUSE_MILLIS = 100;
  private static final int STORED = -1;

  private final Search search;

  private HostedFiles(Search search) {
    this.search = search;
  }

  /// What is done with the files, each of which is told once.
  public interface Taking {
    /// One that stays as it is while the hold is taken.
    ///
    /// @param file absolute
    void stored(Path file) throws IOException;

    /// One that was read when it was found.
    ///
    /// @param file absolute
    void captured(Path file, byte[] bytes) throws IOException;
  }

  /// Tells the files.
  ///
  /// @throws IOException if the list of them cannot be read, or what is done with one fails
  public void each(Taking taking) throws IOException {
    for (Map.Entry<Path, byte[]> each : search.captured.entrySet()) {
      taking.captured(each.getKey(), each.getValue());
    }
    for (Path each : search.stored) {
      taking.stored(each);
    }
    DataInputStream in = new DataInputStream(search.packageFiles.open());
    for (long left = search.spooled; left > 0; left--) {
      Path file = Path.of(in.readUTF());
      int length = in.readInt();
      if (length == STORED) {
        taking.stored(file);
      } else {
        taking.captured(file, in.readNBytes(length));
      }
    }
  }

  /// How many packages the current generation has.
  public int packages() {
    return search.packages;
  }

  /// Sentences about what is missing or cannot be read.
  public List<String> damages() {
    return List.copyOf(search.damages);
  }

  @Override
  public void close() throws IOException {
    search.close();
  }

  /// Names of the repositories that have state in a data directory.
  public static List<String> names(Layout layout) throws IOException {
    if (!Files.isDirectory(layout.repositories())) {
      return List.of();
    }
    try (Stream<Path> directories = Files.list(layout.repositories())) {
      return directories
          .map(directory -> directory.getFileName().toString())
          .filter(name -> RepositorySettings.NAME.matcher(name).matches())
          .sorted()
          .toList();
    }
  }

  /// Finds those of the repository `name`.
  ///
  /// @param deep whether to read all files and compare their checksums
  /// @param hold taken, and not given back before the files were read; null if no server can be
  ///   running that would remove something
  /// @throws IOException if the directory cannot be read
  public static HostedFiles of(Layout layout, String name, boolean deep, @Nullable Hold hold)
      throws IOException {
    for (int attempt = 0; ; attempt++) {
      Search search = new Search(layout, name, deep);
      boolean settled = false;
      try {
        search.look();
        settled = search.unsettled.isEmpty() || attempt == PATIENCE;
      } finally {
        if (!settled) {
          search.close();
        }
      }
      if (settled) {
        search.damages.addAll(search.unsettled);
        return new HostedFiles(search);
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while signatures are being exchanged", e);
    }
  }

  private static final class Search implements Closeable {
    private final boolean deep;
    private final Layout layout;
    private final String name;
    private final RootLayout root;
    private final Shelves shelves;
    // Of those that do not become more with the packages.
    private final List<Path> stored = new ArrayList<>();
    private final Map<Path, byte[]> captured = new LinkedHashMap<>();
    private final List<String> damages = new ArrayList<>();
    private final List<String> unsettled = new ArrayList<>();
    // Of each package: its path, and how many bytes follow, or that it is only named.
    private Spool packageFiles = new Spool();
    private DataOutputStream out = new DataOutputStream(packageFiles.out());
    private long spooled;
    private int packages;
    private boolean unreadable;

    Search(Layout layout, String name, boolean deep) throws IOException {
      this.deep = deep;
      this.layout = layout;
      this.name = name;
      this.root = layout.root(Layout.repositoryName(name), RelPath.ROOT);
      this.shelves = new Shelves(layout, name);
    }

    @Override
    public void close() throws IOException {
      packageFiles.close();
    }

    void look() throws IOException {
      capture(layout.repositorySettings(name));
      long current = pointer();
      Map<String, List<Listed>> lists = new TreeMap<>();
      boolean first = true;
      for (Map.Entry<Long, Path> each : generations(current).entrySet()) {
        generation(each.getValue(), first, lists);
        first = false;
      }
      for (Map.Entry<String, List<Listed>> each : lists.entrySet()) {
        packages(each.getKey(), each.getValue());
      }
      if (unreadable) {
        // What such a generation names is not known, so all that is there may be of it.
        everything();
      }
    }

    private void everything() throws IOException {
      packageFiles.close();
      packageFiles = new Spool();
      out = new DataOutputStream(packageFiles.out());
      spooled = 0;
      Path tree = layout.tree(Layout.repositoryName(name));
      if (!Files.isDirectory(tree)) {
        return;
      }
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : (Iterable<Path>) files.filter(Search::isOurs)::iterator) {
          byte[] bytes =
              file.toString().endsWith(PackageList.SIGNATURE) ? Files.readAllBytes(file) : null;
          spool(file, bytes);
        }
      }
    }

    private void spool(Path file, byte @Nullable [] bytes) throws IOException {
      out.writeUTF(file.toString());
      out.writeInt(bytes == null ? STORED : bytes.length);
      if (bytes != null) {
        out.write(bytes);
      }
      spooled++;
    }

    private long pointer() throws IOException {
      byte[] bytes = capture(root.current());
      try {
        return bytes == null
            ? Long.MAX_VALUE
            : Long.parseLong(new String(bytes, StandardCharsets.UTF_8).strip());
      } catch (NumberFormatException e) {
        damages.add("%s: %s is no number".formatted(name, root.current()));
        return Long.MAX_VALUE;
      }
    }

    private byte @Nullable [] capture(Path file) throws IOException {
      byte[] bytes = read(file);
      if (bytes != null) {
        captured.put(file, bytes);
      }
      return bytes;
    }

    private static byte @Nullable [] read(Path file) throws IOException {
      try {
        return Files.readAllBytes(file);
      } catch (NoSuchFileException e) {
        return null;
      }
    }

    /// Newest first.
    private Map<Long, Path> generations(long current) throws IOException {
      Map<Long, Path> found = new TreeMap<>(Comparator.<Long>reverseOrder());
      if (Files.isDirectory(root.generations())) {
        try (Stream<Path> directories = Files.list(root.generations())) {
          for (Path directory : (Iterable<Path>) directories::iterator) {
            String number = directory.getFileName().toString();
            if (number.matches("\\d{1,18}") && Long.parseLong(number) <= current) {
              found.put(Long.parseLong(number), directory);
            }
          }
        }
      }
      if (current != Long.MAX_VALUE && !found.containsKey(current)) {
        damages.add("%s: its current generation, %d, is missing".formatted(name, current));
      }
      return found;
    }

    private void generation(Path directory, boolean isCurrent, Map<String, List<Listed>> lists)
        throws IOException {
      stored.addAll(below(directory));
      try {
        GenerationFiles files = new GenerationFiles(directory);
        for (Member member : files.readMembers()) {
          Path index = files.index(member.path());
          if (Files.size(index) != member.size()) {
            throw new IOException(index + " has not the size it must have");
          }
          if (deep && !Checksum.sha256(index).equals(member.sha256())) {
            damages.add("%s: %s has other bytes than it must have".formatted(name, index));
          }
          if (member.path().fileName().equals(PackageList.FILE)) {
            String place = member.path().parent().value();
            lists.computeIfAbsent(place, _ -> new ArrayList<>()).add(new Listed(index, isCurrent));
          }
        }
      } catch (NoSuchFileException e) {
        damaged("%s is missing".formatted(e.getFile()));
      } catch (IOException e) {
        damaged(String.valueOf(e.getMessage()));
      }
    }

    private void damaged(String what) {
      unreadable = true;
      damages.add(name + ": " + what);
    }

    /// The packages that lie in one directory in any generation, and each file once. The lists are
    /// sorted by name, so that all entries of a name are met together and none is remembered.
    ///
    /// @param lists of the generations, newest first
    private void packages(String place, List<Listed> lists) throws IOException {
      List<Cursor> cursors = new ArrayList<>();
      try {
        for (Listed list : lists) {
          Cursor cursor = new Cursor(list);
          cursors.add(cursor);
          cursor.advance();
        }
        String least = least(cursors);
        while (least != null) {
          Set<Path> told = new HashSet<>();
          for (Cursor cursor : cursors) {
            Entry entry = cursor.entry;
            if (entry != null && entry.name().equals(least)) {
              pack(place, entry, cursor.isCurrent, told);
              cursor.advance();
            }
          }
          least = least(cursors);
        }
      } finally {
        for (Cursor cursor : cursors) {
          cursor.close();
        }
      }
    }

    private static @Nullable String least(List<Cursor> cursors) {
      String least = null;
      for (Cursor cursor : cursors) {
        String name = cursor.entry == null ? null : cursor.entry.name();
        if (name != null && (least == null || name.compareTo(least) < 0)) {
          least = name;
        }
      }
      return least;
    }

    /// A list of packages that is read on.
    private final class Cursor implements Closeable {
      private final Path list;
      private final boolean isCurrent;
      private final PackageList.Reader reader;
      private @Nullable Entry entry;

      Cursor(Listed listed) throws IOException {
        this.list = listed.list();
        this.isCurrent = listed.isCurrent();
        this.reader = new PackageList.Reader(list);
      }

      /// To the next; to none after the last, or if the rest cannot be read.
      void advance() {
        Entry before = entry;
        try {
          entry = reader.next();
          if (before != null && entry != null && before.name().compareTo(entry.name()) >= 0) {
            throw new IOException(list + " is damaged: its packages are not sorted");
          }
        } catch (IOException e) {
          entry = null;
          damaged(String.valueOf(e.getMessage()));
        }
      }

      @Override
      public void close() throws IOException {
        reader.close();
      }
    }

    /// @param told files of packages of this name that were told already
    private void pack(String place, Entry entry, boolean isCurrent, Set<Path> told)
        throws IOException {
      packages += isCurrent ? 1 : 0;
      Path file = shelves.file(place, entry);
      if (told.add(file)) {
        long size = Files.exists(file) ? Files.size(file) : -1;
        String fault = fault(file, size, entry);
        if (fault != null) {
          damages.add("%s: %s %s".formatted(name, file, fault));
        }
        if (size >= 0) {
          spool(file, null);
        }
      }
      Checksum signature = entry.signature();
      Path beside = shelves.signature(place, entry);
      if (signature != null && told.add(beside)) {
        byte[] bytes = read(beside);
        if (bytes != null) {
          spool(beside, bytes);
        }
        // There is one signature at a time, and former generations may have had another.
        if (isCurrent && (bytes == null || !Checksum.sha256(bytes).equals(signature))) {
          unsettled.add("%s: %s is not the signature that was made".formatted(name, beside));
        }
      }
    }

    private @Nullable String fault(Path file, long size, Entry entry) throws IOException {
      if (size < 0) {
        return "is missing";
      }
      if (size != entry.size()) {
        return "has %d bytes and must have %d".formatted(size, entry.size());
      }
      return !deep || Checksum.sha256(file).equals(entry.sha256())
          ? null
          : "has other bytes than it must have";
    }

    private static List<Path> below(Path directory) throws IOException {
      if (!Files.isDirectory(directory)) {
        return List.of();
      }
      try (Stream<Path> files = Files.walk(directory)) {
        return files.filter(Search::isOurs).sorted().toList();
      }
    }

    private static boolean isOurs(Path file) {
      return Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".new-");
    }
  }

  /// A list of packages in a generation.
  private record Listed(Path list, boolean isCurrent) {}
}
