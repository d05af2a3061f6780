package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import dev.larder.store.Hold;
import dev.larder.store.Layout;
import dev.larder.store.Layout.RootLayout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files that a repository of our own is: the current generation and those before it, and what
/// they name. Found without the server, which may be running: generations do not change, and while
/// a [Hold] is taken none goes. What is replaced in place (the pointer, signatures when a key is
/// exchanged) is small and read here.
///
/// @param stored absolute; they stay as they are while the hold is taken
/// @param captured what was read, by its file
/// @param packages how many packages the current generation has
/// @param damages sentences about what is missing or cannot be read
public record HostedFiles(
    List<Path> stored, Map<Path, byte[]> captured, int packages, List<String> damages) {
  // A key that is exchanged replaces the signatures before the generation that names them is there.
  private static final int PATIENCE = 100;
  private static final int PAUSE_MILLIS = 100;

  /// Takes defensive copies.
  public HostedFiles {
    stored = List.copyOf(stored);
    captured = new LinkedHashMap<>(captured);
    damages = List.copyOf(damages);
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
      search.look();
      if (search.unsettled.isEmpty() || attempt == PATIENCE) {
        search.damages.addAll(search.unsettled);
        return new HostedFiles(
            List.copyOf(search.stored), search.captured, search.packages, search.damages);
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

  private static final class Search {
    private final boolean deep;
    private final Layout layout;
    private final String name;
    private final RootLayout root;
    private final Shelves shelves;
    private final Set<Path> stored = new LinkedHashSet<>();
    private final Map<Path, byte[]> captured = new LinkedHashMap<>();
    private final List<String> damages = new ArrayList<>();
    private final List<String> unsettled = new ArrayList<>();
    private int packages;
    private boolean unreadable;

    Search(Layout layout, String name, boolean deep) {
      this.deep = deep;
      this.layout = layout;
      this.name = name;
      this.root = layout.root(Layout.repositoryName(name), RelPath.ROOT);
      this.shelves = new Shelves(layout, name);
    }

    void look() throws IOException {
      capture(layout.repositorySettings(name));
      long current = pointer();
      boolean first = true;
      for (Map.Entry<Long, Path> each : generations(current).entrySet()) {
        generation(each.getValue(), first);
        first = false;
      }
      if (unreadable) {
        // What such a generation names is not known, so all that is there may be of it.
        stored.addAll(below(layout.tree(Layout.repositoryName(name))));
        stored.removeAll(captured.keySet());
      }
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
      try {
        byte[] bytes = Files.readAllBytes(file);
        captured.put(file, bytes);
        return bytes;
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

    private void generation(Path directory, boolean isCurrent) throws IOException {
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
            for (Entry entry : PackageList.read(index).entries()) {
              pack(place, entry, isCurrent);
            }
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

    private void pack(String place, Entry entry, boolean isCurrent) throws IOException {
      packages += isCurrent ? 1 : 0;
      Path file = shelves.file(place, entry);
      if (stored.add(file)) {
        long size = Files.exists(file) ? Files.size(file) : -1;
        String fault = fault(file, size, entry);
        if (fault != null) {
          damages.add("%s: %s %s".formatted(name, file, fault));
        }
        if (size < 0) {
          stored.remove(file);
        }
      }
      Checksum signature = entry.signature();
      Path beside = shelves.signature(place, entry);
      if (signature != null && !captured.containsKey(beside)) {
        byte[] bytes = capture(beside);
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
        return files
            .filter(Files::isRegularFile)
            .filter(file -> !file.getFileName().toString().startsWith(".new-"))
            .sorted()
            .toList();
      }
    }
  }
}
