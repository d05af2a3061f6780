package dev.larder.format.pacman;

import dev.larder.format.IndexOrder;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.format.PackageRecord;
import dev.larder.sign.OpenPgpSigner;
import dev.larder.sign.Signers;
import dev.larder.store.Checksum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A directory of packages and the databases written for it, one generation after another, as a
/// repository does it.
final class Hosted implements IndexOrder.Contents {
  private final PacmanRepositoryFormat format;
  private final Path directory;
  private final SortedMap<String, Entry> entries = new TreeMap<>();
  private final Map<String, PackageRecord> records = new HashMap<>();
  private final Map<String, byte[]> signatures = new HashMap<>();
  private final List<String> loaded = new ArrayList<>();
  private List<OpenPgpSigner> signers = List.of();
  private @Nullable Path current;
  private int generation;

  Hosted(Compat compat, Path directory) {
    this.format = new PacmanRepositoryFormat(compat);
    this.directory = directory;
  }

  Hosted signedBy(OpenPgpSigner... signer) {
    signers = List.of(signer);
    return this;
  }

  /// Adds a package file, with the signature beside it if there is one.
  Hosted add(Path file) throws IOException {
    PackageRecord read = format.read(file);
    Path signature = file.resolveSibling(file.getFileName() + ".sig");
    add(read, Files.exists(signature) ? Files.readAllBytes(signature) : null);
    return this;
  }

  Hosted add(PackageRecord read, byte @Nullable [] signature) {
    String name = read.info().name();
    entries.put(
        name,
        new Entry(
            name,
            read.info().version(),
            format.pathOf(read, ""),
            read.size(),
            read.sha256(),
            signature == null ? null : Checksum.sha256(signature)));
    records.put(name, read);
    if (signature != null) {
      signatures.put(name, signature);
    }
    return this;
  }

  /// Puts another signature beside a package, or takes it away, and tells nobody.
  void replaceSignature(String name, byte @Nullable [] signature) {
    signatures.remove(name);
    if (signature != null) {
      signatures.put(name, signature);
    }
  }

  Hosted remove(String name) {
    entries.remove(name);
    signatures.remove(name);
    return this;
  }

  List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /// Writes the databases beside what is known of those before.
  Path write() throws IOException {
    current = write(current);
    return current;
  }

  /// Writes them as if there were none before.
  Path writeAnew() throws IOException {
    return write(null);
  }

  private Path write(@Nullable Path previous) throws IOException {
    loaded.clear();
    Path output = Files.createDirectory(directory.resolve("generation-" + ++generation));
    format.write(
        new IndexOrder(
            "lab",
            "x86_64",
            List.copyOf(entries.values()),
            this,
            new Signers(signers, List.of()),
            previous,
            output));
    return output;
  }

  /// The names of the packages that were loaded for the databases written last.
  List<String> loaded() {
    return loaded;
  }

  @Override
  public byte[] record(Entry entry) {
    loaded.add(entry.name());
    return Objects.requireNonNull(records.get(entry.name())).bytes();
  }

  @Override
  public byte @Nullable [] signature(Entry entry) {
    return signatures.get(entry.name());
  }

  @Override
  public Path file(Entry entry) {
    throw new AssertionError("pacman's databases need no links");
  }
}
