package dev.larder.format.pacman;

import dev.larder.format.IndexOrder.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a database holds of one package: the members `NAME-VERSION/desc` and, for `pacman -F`,
/// `NAME-VERSION/files`, byte for byte as repo-add writes them. One thing differs: paths with a
/// backslash, which repo-add doubles because bsdtar shows it so, stand as they are in the package.
///
/// @param entry of the order
/// @param contents what is known of the package
/// @param signature the detached signature beside it, to be in the database; null for none
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record DatabaseEntry(Entry entry, PackedRecord contents, byte @Nullable [] signature) {
  // Nothing in a database tells when: the same packages make the same bytes.
  private static final TarHeader TAR = new TarHeader(0);

  /// Checks that the three are about the same package.
  ///
  /// @throws IllegalArgumentException if not, or if pacman would refuse the signature
  DatabaseEntry {
    if (!contents.info().name().equals(entry.name())
        || !contents.info().version().equals(entry.version())
        || contents.file().size() != entry.size()
        || !contents.file().sha256().equals(entry.sha256())) {
      throw new IllegalArgumentException(
          "what is known of "
              + entry.path()
              + " is about "
              + contents.info().fileNameStem()
              + " with other bytes");
    }
    if (signature != null && signature.length > Description.MAX_SIGNATURE) {
      throw new IllegalArgumentException(
          "the signature of "
              + entry.path()
              + " is larger than "
              + Description.MAX_SIGNATURE
              + " bytes, which pacman refuses");
    }
  }

  /// Writes the members.
  void write(OutputStream out, IndexName.Part part, Compat compat) throws IOException {
    String directory = entry.name() + "-" + entry.version() + "/";
    TAR.directory(out, directory);
    TAR.file(out, directory + "desc", desc(compat).getBytes(StandardCharsets.UTF_8));
    if (part == IndexName.Part.FILES) {
      TAR.file(out, directory + "files", files());
    }
  }

  String desc(Compat compat) {
    PkgInfo info = contents.info();
    StringBuilder desc = new StringBuilder(1024);
    section(desc, "FILENAME", List.of(entry.path()));
    for (Field field : List.of(Field.PKGNAME, Field.PKGBASE, Field.PKGVER)) {
      section(desc, field.section(), info.all(field));
    }
    section(desc, Field.PKGDESC.section(), info.all(Field.PKGDESC));
    section(desc, Field.GROUP.section(), info.all(Field.GROUP));
    section(desc, "CSIZE", List.of(String.valueOf(entry.size())));
    section(desc, Field.SIZE.section(), info.all(Field.SIZE));
    sums(desc, compat);
    for (Field field :
        List.of(
            Field.URL,
            Field.LICENSE,
            Field.ARCH,
            Field.BUILDDATE,
            Field.PACKAGER,
            Field.REPLACES,
            Field.CONFLICT,
            Field.PROVIDES,
            Field.DEPEND,
            Field.OPTDEPEND,
            Field.MAKEDEPEND,
            Field.CHECKDEPEND)) {
      section(desc, field.section(), info.all(field));
    }
    return desc.toString();
  }

  private void sums(StringBuilder desc, Compat compat) {
    switch (compat) {
      case CURRENT -> section(desc, "SHA256SUM", List.of(entry.sha256().hex()));
      case V6_0 -> {
        section(desc, "MD5SUM", List.of(contents.file().md5().hex()));
        section(desc, "SHA256SUM", List.of(entry.sha256().hex()));
        if (signature != null) {
          section(desc, "PGPSIG", List.of(Base64.getEncoder().encodeToString(signature)));
        }
      }
    }
  }

  private static void section(StringBuilder desc, String name, List<String> values) {
    if (!values.isEmpty()) {
      desc.append('%').append(name).append("%\n");
      values.forEach(value -> desc.append(value).append('\n'));
      desc.append('\n');
    }
  }

  byte[] files() {
    ByteArrayOutputStream files = new ByteArrayOutputStream(1 << 13);
    files.writeBytes("%FILES%\n".getBytes(StandardCharsets.US_ASCII));
    contents.eachFile((path, length) -> {
      files.write(path, 0, length);
      files.write('\n');
    });
    return files.toByteArray();
  }
}
