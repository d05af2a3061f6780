package dev.larder.format.pacman;

import dev.larder.format.Compression;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// All that is kept of a package, in a compact form: what its entries in databases are written
/// from. The form has a version; it is
///
/// ```
/// 'p' version
/// length of what follows up to the file list
///   size, SHA-256, MD5, packing, flags
///   for each field of .PKGINFO: its code, the number of values, the values
/// the file list, deflated: number of paths; for each the number of bytes it has in common with
///   the path before it, and the rest
/// ```
///
/// with numbers in seven bits a byte, lowest first, and texts as length and UTF-8.
final class PackedRecord {
  private static final int MAGIC = 'p';
  private static final int VERSION = 1;
  private static final int HAS_SCRIPTS = 1;
  private static final int MAX_PATH = 1 << 14;

  private final byte[] bytes;
  private final PackedFile file;
  private final Compression compression;
  private final boolean hasScripts;
  private final PkgInfo info;
  private final int filesStart;

  /// A record of a package that was just read.
  ///
  /// @param files the paths it installs in UTF-8, sorted
  PackedRecord(
      PackedFile file,
      Compression compression,
      boolean hasScripts,
      PkgInfo info,
      List<byte[]> files) {
    this.file = file;
    this.compression = compression;
    this.hasScripts = hasScripts;
    this.info = info;
    try {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(MAGIC);
      all.write(VERSION);
      byte[] description = description();
      writeNumber(all, description.length);
      all.write(description);
      filesStart = all.size();
      writeFiles(all, files);
      bytes = all.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  /// Reads a record.
  ///
  /// @throws IllegalArgumentException if it is none, or damaged
  PackedRecord(byte[] bytes) {
    this.bytes = bytes;
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.read() != MAGIC || in.read() != VERSION) {
        throw new IllegalArgumentException("not the record of a pacman package");
      }
      int length = readLength(in);
      filesStart = bytes.length - in.available() + length;
      file =
          new PackedFile(
              readNumber(in),
              new Checksum(Algorithm.SHA256, readHex(in, 32)),
              new Checksum(Algorithm.MD5, readHex(in, 16)));
      compression = packing(readText(in));
      hasScripts = (in.readUnsignedByte() & HAS_SCRIPTS) != 0;
      Map<Field, List<String>> values = new EnumMap<>(Field.class);
      while (bytes.length - in.available() < filesStart) {
        Field field = Field.ofCode(readLength(in));
        List<String> of = new ArrayList<>();
        for (int left = readLength(in); left > 0; left--) {
          of.add(readText(in));
        }
        if (field != null) {
          values.put(field, List.copyOf(of));
        }
      }
      info = new PkgInfo(values);
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the record of a pacman package is damaged", e);
    }
  }

  private byte[] description() throws IOException {
    ByteArrayOutputStream description = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(description);
    writeNumber(out, file.size());
    out.write(file.sha256().bytes());
    out.write(file.md5().bytes());
    writeText(out, compression.suffix());
    out.write(hasScripts ? HAS_SCRIPTS : 0);
    for (Field field : Field.values()) {
      List<String> values = info.all(field);
      if (!values.isEmpty()) {
        writeNumber(out, field.code());
        writeNumber(out, values.size());
        for (String value : values) {
          writeText(out, value);
        }
      }
    }
    return description.toByteArray();
  }

  private static void writeFiles(OutputStream to, List<byte[]> files) throws IOException {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try (DeflaterOutputStream out = new DeflaterOutputStream(to, deflater)) {
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      writeNumber(plain, files.size());
      byte[] before = new byte[0];
      for (byte[] path : files) {
        int common = Arrays.mismatch(before, path);
        int shared = common < 0 ? path.length : common;
        writeNumber(plain, shared);
        writeNumber(plain, path.length - shared);
        plain.write(path, shared, path.length - shared);
        before = path;
        if (plain.size() > 1 << 14) {
          plain.writeTo(out);
          plain.reset();
        }
      }
      plain.writeTo(out);
    } finally {
      deflater.end();
    }
  }

  /// The form that is kept. Not copied.
  byte[] bytes() {
    return bytes;
  }

  PackedFile file() {
    return file;
  }

  Compression compression() {
    return compression;
  }

  boolean hasScripts() {
    return hasScripts;
  }

  PkgInfo info() {
    return info;
  }

  /// The paths the package installs, sorted by their bytes.
  List<String> files() {
    List<String> files = new ArrayList<>();
    eachFile((path, length) -> files.add(new String(path, 0, length, StandardCharsets.UTF_8)));
    return files;
  }

  /// Takes a path.
  interface Paths {
    /// A path in UTF-8: the first `length` bytes of `path`, which the next call changes.
    void path(byte[] path, int length);
  }

  /// The paths one after another, for those who need no texts of them.
  ///
  /// @throws IllegalArgumentException if the record is damaged
  void eachFile(Paths paths) {
    Inflater inflater = new Inflater(true);
    try (InputStream in =
        new BufferedInputStream(
            new InflaterInputStream(
                new ByteArrayInputStream(bytes, filesStart, bytes.length - filesStart), inflater),
            1 << 13)) {
      byte[] path = new byte[256];
      int length = 0;
      for (int left = readLength(in); left > 0; left--) {
        int shared = readLength(in);
        int rest = readLength(in);
        if (shared > length || rest > MAX_PATH) {
          throw new IOException("has a path that cannot be");
        }
        if (shared + rest > path.length) {
          path = Arrays.copyOf(path, Math.max(shared + rest, 2 * path.length));
        }
        if (in.readNBytes(path, shared, rest) < rest) {
          throw new IOException("ends in a path");
        }
        length = shared + rest;
        paths.path(path, length);
      }
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the record of a pacman package is damaged", e);
    } finally {
      inflater.end();
    }
  }

  private static void writeNumber(OutputStream out, long number) throws IOException {
    long left = number;
    while (left > 0x7f) {
      out.write((int) (left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write((int) left);
  }

  private static void writeText(OutputStream out, String value) throws IOException {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    writeNumber(out, text.length);
    out.write(text);
  }

  private static Compression packing(String suffix) throws IOException {
    Compression compression = Compression.named(suffix);
    if (compression == null) {
      throw new IOException("is packed in an unknown way");
    }
    return compression;
  }

  private static long readNumber(InputStream in) throws IOException {
    long number = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("ends in a number");
      }
      number |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return number;
      }
    }
    throw new IOException("has a number that is too large");
  }

  // Of something in a record, which is an array.
  private static int readLength(InputStream in) throws IOException {
    long number = readNumber(in);
    if (number > Integer.MAX_VALUE / 4) {
      throw new IOException("has a length that is too large");
    }
    return (int) number;
  }

  private static String readText(InputStream in) throws IOException {
    int length = readLength(in);
    byte[] text = in.readNBytes(length);
    if (text.length < length) {
      throw new IOException("ends in a text");
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static String readHex(DataInputStream in, int length) throws IOException {
    byte[] raw = new byte[length];
    in.readFully(raw);
    return HexFormat.of().formatHex(raw);
  }
}
