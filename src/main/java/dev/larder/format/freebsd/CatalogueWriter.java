package dev.larder.format.freebsd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.format.IndexOrder;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Durable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Writes the indexes of a directory: `meta.conf` and its copy `meta`, `data.pkg`,
/// `packagesite.pkg`, and `Latest` where a package `pkg` is in it. The same packages and keys make
/// the same bytes: the members of the archives have no time.
final class CatalogueWriter {
  /// The name a package must have to be what a machine without pkg begins with.
  static final String BOOTSTRAP = "pkg";

  private final IndexOrder order;
  private final CatalogueSignatures signatures;
  private final Packing packing;

  private CatalogueWriter(IndexOrder order, CatalogueSignatures signatures, Packing packing) {
    this.order = order;
    this.signatures = signatures;
    this.packing = packing;
  }

  /// Writes them and reads them back.
  ///
  /// @throws IOException if they cannot be written, or are not what was to be written
  static void write(IndexOrder order, CatalogueSignatures signatures, Packing packing)
      throws IOException {
    if (Abi.orNull(order.directory()) == null) {
      throw new IllegalArgumentException(
          "not the ABI of a directory of packages: " + order.directory());
    }
    new CatalogueWriter(order, signatures, packing).write();
    CatalogueCheck.check(order, signatures);
  }

  private void write() throws IOException {
    byte[] meta = meta();
    try (Spool spool = new Spool(order.output().resolve(".records"))) {
      for (Entry entry : order.entries()) {
        spool.add(record(entry));
      }
      archive("packagesite.pkg", spool.packagesite());
      archive("data.pkg", spool.data());
    }
    Files.write(order.output().resolve("meta"), meta);
    Files.write(order.output().resolve("meta.conf"), meta);
    for (Entry entry : order.entries()) {
      if (entry.name().equals(BOOTSTRAP)) {
        bootstrap(entry);
      }
    }
  }

  // A list of files is never written, and never missed; what it would be called is what all clients
  // since 2.0 understand.
  private byte[] meta() {
    return """
    version = 2;
    packing_format = "%s";
    manifests = "packagesite.yaml";
    data = "data";
    filesite = "filesite.yaml";
    manifests_archive = "packagesite";
    filesite_archive = "filesite";
    """
        .formatted(packing.id())
        .getBytes(UTF_8);
  }

  private byte[] record(Entry entry) throws IOException {
    HostedPackage hosted;
    try {
      hosted = HostedPackage.withoutFiles(order.contents().record(entry));
    } catch (IllegalArgumentException e) {
      throw new IOException(entry.path() + ": " + e.getMessage(), e);
    }
    Abi abi = Abi.orNull(order.directory());
    if (abi == null || !abi.admits(hosted.abi())) {
      throw new IOException(
          entry.path()
              + " is for "
              + hosted.abi()
              + ": in the catalogue of "
              + order.directory()
              + " it would cost clients all its packages");
    }
    if (!hosted.name().equals(entry.name()) || !hosted.version().equals(entry.version())) {
      throw new IOException(
          entry.path() + " is recorded as " + hosted.name() + "-" + hosted.version());
    }
    return hosted.catalogued(entry.path(), entry.sha256(), entry.size());
  }

  private void archive(String name, Spool.Payload payload) throws IOException {
    Path file = order.output().resolve(name);
    try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(packing.pack(bytes), UTF_8.name())) {
      Map<String, byte[]> members = signatures.members(payload.name(), payload.sha256());
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        tar.putArchiveEntry(member(member.getKey(), member.getValue().length));
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
      tar.putArchiveEntry(member(payload.name(), payload.size()));
      payload.writing().to(tar);
      tar.closeArchiveEntry();
    }
  }

  private static TarArchiveEntry member(String name, long size) {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    entry.setMode(0100644);
    entry.setIds(0, 0);
    entry.setNames("root", "wheel");
    entry.setModTime(0);
    return entry;
  }

  // Machines before 13 ask for pkg.txz, whatever it is packed with; its signature goes by that name
  // as well.
  private void bootstrap(Entry entry) throws IOException {
    Path latest = Files.createDirectory(order.output().resolve(Place.LATEST));
    Path file = order.contents().file(entry);
    String suffix = signatures.suffix();
    byte[] signature = suffix == null ? new byte[0] : signatures.beside(entry.sha256());
    for (String name : new String[] {"pkg.pkg", "pkg.txz"}) {
      Durable.link(file, latest.resolve(name));
      if (suffix != null) {
        Files.write(latest.resolve(name + suffix), signature);
      }
    }
  }
}
