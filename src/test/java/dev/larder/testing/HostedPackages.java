package dev.larder.testing;

import dev.larder.format.IndexOrder;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.sign.RsaSigner;
import dev.larder.sign.Signers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One directory of a hosted repository, in memory: the packages that were read, and orders for its
/// indexes.
public final class HostedPackages {
  private final RepositoryFormat format;
  private final String directory;
  private final Map<String, Hosted> packages = new TreeMap<>();

  private record Hosted(PackageRecord read, Path file, String path) {}

  /// An empty directory.
  public HostedPackages(RepositoryFormat format, String directory) {
    this.format = format;
    this.directory = directory;
  }

  /// Reads a package and adds it, in the place of one of the same name.
  public PackageRecord add(Path file) throws IOException {
    PackageRecord read = format.read(file);
    String path = format.pathOf(read, file.getFileName().toString());
    packages.put(read.info().name(), new Hosted(read, file, path));
    return read;
  }

  /// What is known of the packages, sorted by name.
  public List<PackageInfo> infos() {
    return packages.values().stream().map(hosted -> hosted.read.info()).toList();
  }

  /// The path of a package below the directory.
  public String path(String name) {
    Hosted hosted = packages.get(name);
    if (hosted == null) {
      throw new IllegalArgumentException("there is no package " + name);
    }
    return hosted.path;
  }

  /// An order for the indexes.
  public IndexOrder order(Path output, RsaSigner... signers) {
    List<IndexOrder.Entry> entries =
        packages.values().stream()
            .map(hosted ->
                new IndexOrder.Entry(
                    hosted.read.info().name(),
                    hosted.read.info().version(),
                    hosted.path,
                    hosted.read.size(),
                    hosted.read.sha256(),
                    null))
            .toList();
    return new IndexOrder(
        "test",
        directory,
        entries,
        new Loaded(Map.copyOf(packages)),
        new Signers(List.of(), List.of(signers)),
        null,
        output);
  }

  /// Writes the indexes and copies the packages beside them: `root/directory` is then what clients
  /// see.
  public void publish(Path root, RsaSigner... signers) throws IOException {
    Path output = Files.createDirectories(root.resolve(directory));
    format.write(order(output, signers));
    for (Hosted hosted : packages.values()) {
      Path target = output.resolve(hosted.path);
      Files.createDirectories(target.getParent());
      Files.copy(hosted.file, target);
    }
  }

  private record Loaded(Map<String, Hosted> packages) implements IndexOrder.Contents {
    private Hosted hosted(IndexOrder.Entry entry) {
      Hosted hosted = packages.get(entry.name());
      if (hosted == null) {
        throw new IllegalArgumentException("there is no package " + entry.name());
      }
      return hosted;
    }

    @Override
    public byte[] record(IndexOrder.Entry entry) {
      return hosted(entry).read.bytes();
    }

    @Override
    public byte @Nullable [] signature(IndexOrder.Entry entry) {
      return null;
    }

    @Override
    public Path file(IndexOrder.Entry entry) {
      return hosted(entry).file;
    }
  }
}
