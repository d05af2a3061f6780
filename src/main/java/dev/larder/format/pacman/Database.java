package dev.larder.format.pacman;

import dev.larder.format.IndexOrder;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.format.InvalidIndex;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One database while it is written: a gzip member put together from the [runs][PackageRun] of its
/// packages. Runs that the database before had are taken from it, others are deflated and read
/// back; of a database without any from before, the whole is.
final class Database implements Closeable {
  /// pacman gives up on larger ones.
  static final long MAX_SIZE = 128L << 20;

  // What tar archives end with; repo-add's empty database is nothing else.
  private static final byte[] END = new byte[20 * TarHeader.BLOCK];

  private final IndexName.Part part;
  private final Compat compat;
  private final String name;
  private final Path directory;
  private final FormerDatabase former;
  private final OutputStream out;
  private final ChunkedGzip member;
  private final Chunk.Made end;
  private final List<Chunk> chunks = new ArrayList<>();
  private boolean copied;

  /// Begins the database of `order` for one purpose.
  Database(IndexOrder order, IndexName.Part part, Compat compat) throws IOException {
    this.part = part;
    this.compat = compat;
    this.name = order.repository() + (part == IndexName.Part.DB ? ".db" : ".files");
    this.directory = order.output();
    this.end = Chunk.make("", to -> to.write(END));
    this.former = FormerDatabase.open(order.previous(), name, chunkFile());
    this.out = new BufferedOutputStream(Files.newOutputStream(file()), 1 << 16);
    this.member = new ChunkedGzip(out);
  }

  private String chunkFile() {
    return "." + name + ".chunks";
  }

  /// Its name: `lab.db`.
  String name() {
    return name;
  }

  /// The file it is written to.
  Path file() {
    return directory.resolve(name);
  }

  /// Loads the packages of a run.
  interface Loading {
    /// All of the run.
    List<DatabaseEntry> load() throws IOException;
  }

  /// Appends a run.
  ///
  /// @param runKey what it is made of
  /// @param loading is asked if the run is new
  void add(PackageRun run, String runKey, Loading loading) throws IOException {
    String key = part.name() + "-" + runKey;
    Chunk.Made made = former.find(key);
    if (made == null) {
      List<DatabaseEntry> entries = loading.load();
      made =
          Chunk.make(
              key,
              to -> {
                for (DatabaseEntry entry : entries) {
                  entry.write(to, part, compat);
                }
              });
      if (!former.isEmpty()) {
        try (InputStream bytes = ChunkedGzip.of(List.of(made, end))) {
          check(bytes, run.entries());
        }
      }
    } else {
      copied = true;
    }
    member.add(made.chunk(), made.bytes());
    chunks.add(made.chunk());
  }

  /// Ends it.
  ///
  /// @param entries all of it
  /// @throws IOException if it is not what was to be written, or is too large for pacman
  void finish(List<Entry> entries) throws IOException {
    member.add(end.chunk(), end.bytes());
    member.finish();
    out.close();
    if (Files.size(file()) > MAX_SIZE) {
      throw new IOException(
          name
              + " would have more than "
              + MAX_SIZE
              + " bytes, which pacman refuses; split the repository");
    }
    if (!copied) {
      try (InputStream bytes = Files.newInputStream(file())) {
        check(bytes, entries);
      }
    }
    new ChunkList(chunks).write(directory.resolve(chunkFile()));
  }

  private void check(InputStream bytes, List<Entry> entries) throws IOException {
    Map<String, Expected> wanted = new HashMap<>();
    Set<String> signatures = new HashSet<>();
    for (Entry entry : entries) {
      wanted.put(entry.path(), new Expected(entry.size(), entry.sha256()));
      if (compat == Compat.V6_0 && entry.signature() != null) {
        signatures.add(entry.path() + ".sig " + entry.signature());
      }
    }
    SyncDatabase.readOwn(
        new RelPath(name),
        part,
        bytes,
        (path, expected) -> {
          if (!wanted.remove(path.value(), expected)) {
            signatures.remove(path + " " + expected.checksum());
          }
        });
    if (!wanted.isEmpty() || !signatures.isEmpty()) {
      throw new InvalidIndex(
          name + ": what was written does not name " + wanted.keySet() + signatures);
    }
  }

  @Override
  public void close() throws IOException {
    try (former) {
      out.close();
    }
  }
}
