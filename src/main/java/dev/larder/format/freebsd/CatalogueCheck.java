package dev.larder.format.freebsd;

import dev.larder.format.Format;
import dev.larder.format.IndexOrder;
import dev.larder.format.IndexOrder.Entry;
import dev.larder.format.MeasuredStream;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Map;

/// Reads indexes that were just written with the eyes of a mirror. A client that cannot read a
/// catalogue may call itself up to date with no packages at all, so nobody would complain of a bad
/// one.
final class CatalogueCheck {
  private final IndexOrder order;
  private final CatalogueSignatures signatures;

  private CatalogueCheck(IndexOrder order, CatalogueSignatures signatures) {
    this.order = order;
    this.signatures = signatures;
  }

  /// Checks all that [CatalogueWriter] writes.
  ///
  /// @throws IOException if something is not as it was ordered
  static void check(IndexOrder order, CatalogueSignatures signatures) throws IOException {
    CatalogueCheck check = new CatalogueCheck(order, signatures);
    for (String name : new String[] {"meta", "meta.conf"}) {
      MetaConf.check(name, Files.readAllBytes(order.output().resolve(name)));
    }
    check.archive("data.pkg", "data");
    check.archive("packagesite.pkg", "packagesite.yaml");
    for (Entry entry : order.entries()) {
      if (entry.name().equals(CatalogueWriter.BOOTSTRAP)) {
        check.bootstrap(entry);
      }
    }
  }

  private void archive(String index, String payload) throws IOException {
    MessageDigest digest = Checksum.Algorithm.SHA256.digest();
    Promised promised = new Promised();
    Map<String, byte[]> members;
    try (InputStream bytes =
        new BufferedInputStream(Files.newInputStream(order.output().resolve(index)), 1 << 16)) {
      members =
          CatalogueArchive.read(
              index,
              bytes,
              (where, _, content) -> {
                InputStream hashed = new DigestInputStream(content, digest);
                records(where, payload, hashed, promised);
                hashed.transferTo(OutputStream.nullOutputStream());
              });
    }
    if (promised.wrong > 0 || promised.count != order.entries().size()) {
      throw new IOException(
          index
              + " has "
              + promised.count
              + " packages instead of "
              + order.entries().size()
              + ", or others than those that were to be written");
    }
    signatures.check(payload, Checksum.of(Checksum.Algorithm.SHA256, digest), members);
  }

  private void records(String where, String payload, InputStream content, Promised promised)
      throws IOException {
    if (!where.endsWith(": " + payload)) {
      throw new IOException(where + " should be called " + payload);
    }
    RelPath root = new RelPath(order.directory());
    if (payload.equals("data")) {
      PackageRecords.readData(where, root, content, promised);
    } else {
      PackageRecords.readLines(where, root, content, promised);
    }
  }

  /// Holds the records of a catalogue against the entries, one after another.
  private final class Promised implements Format.Promises {
    private int count;
    private int wrong;

    @Override
    public void promise(RelPath path, Expected expected) {
      Entry entry = count < order.entries().size() ? order.entries().get(count) : null;
      count++;
      if (entry == null
          || !path.value().equals(order.directory() + "/" + entry.path())
          || expected.size() != entry.size()
          || !entry.sha256().equals(expected.checksum())) {
        wrong++;
      }
    }
  }

  private void bootstrap(Entry entry) throws IOException {
    Path latest = order.output().resolve(Place.LATEST);
    String suffix = signatures.suffix();
    for (String name : new String[] {"pkg.pkg", "pkg.txz"}) {
      if (!isPackage(latest.resolve(name), entry)) {
        throw new IOException(Place.LATEST + "/" + name + " is not the package " + entry.path());
      }
      if (suffix != null) {
        byte[] written = Files.readAllBytes(latest.resolve(name + suffix));
        signatures.checkBeside(entry.sha256(), written);
      }
    }
  }

  // Another name of the package's own file, whose checksum was taken when it was added: it is not
  // read at every change of the repository. A copy is, where the file system has no links.
  private boolean isPackage(Path written, Entry entry) throws IOException {
    if (Files.size(written) != entry.size()) {
      return false;
    }
    if (Files.isSameFile(written, order.contents().file(entry))) {
      return true;
    }
    try (MeasuredStream bytes =
        new MeasuredStream(Files.newInputStream(written), Checksum.Algorithm.SHA256)) {
      return bytes.finish().checksum(Checksum.Algorithm.SHA256).equals(entry.sha256());
    }
  }
}
