package dev.larder.format.freebsd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.store.Checksum;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What is kept of a package: its record for the catalogue, but for what only the repository knows
/// (where the file lies, its checksum and size), and the names of its files.
///
/// As bytes: a version, whether it has scripts, the three things a catalogue is checked by, the
/// four [Parts] of the record, then the files in the order of their bytes, each as the number of
/// bytes it shares with the one before and the rest. Nothing is packed: what a packer makes depends
/// on its version, and a record on the package alone.
///
/// @param hasScripts whether it runs code when it is installed or removed
/// @param name of the package
/// @param version whole
/// @param abi that the package is for
/// @param parts of the record
/// @param files without a leading slash, directories with one at the end, in the order of their
///   bytes
record HostedPackage(
    boolean hasScripts, String name, String version, String abi, Parts parts, List<String> files) {
  private static final int FORM = 1;

  /// The parts of a record in JSON, keys and values without the braces around, as pkg orders them:
  /// between them the repository's own keys go.
  ///
  /// @param identity up to the prefix; then comes the sum
  /// @param size then come the paths; may be empty
  /// @param license then comes the size of the file
  /// @param details the rest
  record Parts(String identity, String size, String license, String details) {}

  /// The record as it stands in a catalogue, on one line.
  byte[] catalogued(String path, Checksum sha256, long size) {
    StringBuilder json = new StringBuilder(2048).append('{');
    json.append(parts.identity);
    json.append(",\"sum\":\"").append(sha256.hex()).append('"');
    append(json, parts.size);
    for (String key : new String[] {"path", "repopath"}) {
      json.append(",\"").append(key).append("\":");
      JsonText.string(json, path);
    }
    append(json, parts.license);
    json.append(",\"pkgsize\":").append(size);
    append(json, parts.details);
    return json.append('}').toString().getBytes(UTF_8);
  }

  /// The record without what only the repository knows.
  String json() {
    StringBuilder json = new StringBuilder("{");
    json.append(parts.identity);
    append(json, parts.size);
    append(json, parts.license);
    append(json, parts.details);
    return json.append('}').toString();
  }

  private static void append(StringBuilder json, String text) {
    json.append(text.isEmpty() ? "" : ",").append(text);
  }

  /// As bytes.
  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      out.writeBoolean(hasScripts);
      for (String text :
          List.of(name, version, abi, parts.identity, parts.size, parts.license, parts.details)) {
        writeText(out, text);
      }
      writeNumber(out, files.size());
      byte[] before = {};
      for (String file : files) {
        byte[] path = file.getBytes(UTF_8);
        int mismatch = Arrays.mismatch(before, path);
        int shared = mismatch < 0 ? path.length : mismatch;
        writeNumber(out, shared);
        writeNumber(out, path.length - shared);
        out.write(path, shared, path.length - shared);
        before = path;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /// Reads what [#encode] made.
  ///
  /// @throws IllegalArgumentException if these are other bytes
  static HostedPackage decode(byte[] bytes) {
    return decode(bytes, true);
  }

  /// The same without the files, which are most of it.
  ///
  /// @throws IllegalArgumentException if these are other bytes
  static HostedPackage withoutFiles(byte[] bytes) {
    return decode(bytes, false);
  }

  private static HostedPackage decode(byte[] bytes, boolean withFiles) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int form = in.readUnsignedByte();
      if (form != FORM) {
        throw new IllegalArgumentException(
            "the record of a package is of form " + form + ", and only " + FORM + " is known");
      }
      boolean scripts = in.readBoolean();
      String name = readText(in);
      String version = readText(in);
      String abi = readText(in);
      Parts parts = new Parts(readText(in), readText(in), readText(in), readText(in));
      return new HostedPackage(
          scripts, name, version, abi, parts, withFiles ? readFiles(in) : List.of());
    } catch (IOException e) {
      throw new IllegalArgumentException("the record of a package is damaged", e);
    }
  }

  private static List<String> readFiles(DataInputStream in) throws IOException {
    int count = readNumber(in);
    List<String> files = new ArrayList<>(Math.min(count, 1 << 16));
    byte[] path = {};
    for (int i = 0; i < count; i++) {
      int shared = readNumber(in);
      int rest = readNumber(in);
      if (shared > path.length || rest > in.available()) {
        throw new IOException("a path is longer than what is there");
      }
      path = Arrays.copyOf(path, shared + rest);
      in.readFully(path, shared, rest);
      files.add(new String(path, UTF_8));
    }
    return files;
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    writeNumber(out, bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = readNumber(in);
    if (length > in.available()) {
      throw new IOException("a text is longer than what is there");
    }
    return new String(in.readNBytes(length), UTF_8);
  }

  // Seven bits a byte, the lowest first.
  private static void writeNumber(DataOutputStream out, int number) throws IOException {
    int rest = number;
    while (rest > 0x7f) {
      out.writeByte(rest | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  private static int readNumber(DataInputStream in) throws IOException {
    int number = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int b = in.readUnsignedByte();
      number |= (b & 0x7f) << shift;
      if (b < 0x80) {
        return number;
      }
    }
    throw new IOException("a number is longer than any");
  }
}
