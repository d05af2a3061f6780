package dev.larder.format;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveStructSparse;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/// The members of a packed tar archive, one after another and never more than a buffer of them in
/// memory.
///
/// The archive comes from the network before any checksum of it is known, so it may be anything:
/// this class is the border. Whatever the libraries below throw about it leaves here as an
/// [InvalidIndex] that names index and member; only a failure to read the given stream stays the
/// IOException it was. What an archive can make us spend is bounded: unpacked bytes, members, and
/// the bytes of one member's headers, which the tar reader holds in memory.
public final class TarMembers implements Closeable {
  private static final int MAX_MEMBERS = 300_000;
  private static final int MAX_HEADERS = 1 << 20;
  private static final int BLOCK = 512;
  private static final int BUFFER = 1 << 13;

  // More than any file system attribute needs; the tar reader keeps those of a global header, and
  // gives them to every member after it.
  private static final int MAX_ATTRIBUTES = 256;
  private static final int MAX_HOLES = 10_000;

  // A package of nothing but zeros packs better than this, and may still be 512 MiB large.
  private static final long ALWAYS_UNPACKED = 512L << 20;
  private static final long MAX_RATIO = 250;
  private static final long MAX_UNPACKED = 64L << 30;

  private final String index;
  private final Compression compression;
  private final Source source;
  private final Unpacked unpacked;
  private final TarArchiveInputStream tar;
  private final byte[] passedOver = new byte[BUFFER];
  private @Nullable TarArchiveEntry current;
  private final long maxUnpacked;
  private int members;
  private boolean holesAllowed;
  private long holes;

  private TarMembers(
      String index, Compression compression, Source source, InputStream stream, long maxUnpacked) {
    this.index = index;
    this.compression = compression;
    this.source = source;
    this.maxUnpacked = maxUnpacked;
    // The tar reader asks for a block at a time, and each time an unpacker in native code is called
    // costs more than what it unpacks then.
    this.unpacked = new Unpacked(index, new BufferedInputStream(stream, BUFFER), maxUnpacked);
    this.tar = new TarArchiveInputStream(unpacked, StandardCharsets.UTF_8.name());
  }

  /// Starts reading `bytes`, which are not closed.
  ///
  /// @param index for messages
  /// @param maxUnpacked how many bytes it may hold unpacked
  /// @throws InvalidIndex if it is not a packed tar archive
  public static TarMembers open(String index, InputStream bytes, long maxUnpacked)
      throws IOException {
    Source source = new Source(bytes);
    BufferedInputStream buffered = new BufferedInputStream(source, 1 << 16);
    buffered.mark(Compression.SNIFFED);
    byte[] start = buffered.readNBytes(Compression.SNIFFED);
    buffered.reset();
    Compression compression = Compression.of(start);
    if (compression == null) {
      throw new InvalidIndex(index + ": " + whatInstead(start));
    }
    if (!compression.isReadable()) {
      throw new InvalidIndex(
          index + ": is packed with " + compression.name() + ", which no package manager reads");
    }
    try {
      InputStream stream = compression.open(buffered);
      return new TarMembers(index, compression, source, stream, maxUnpacked);
    } catch (IOException e) {
      source.rethrow();
      if (e.getCause() instanceof LinkageError) {
        throw e;
      }
      throw new InvalidIndex(index + ": cannot be unpacked: " + said(e), e);
    } catch (RuntimeException e) {
      // The unpackers index arrays by what they read; a damaged head can surface as anything.
      throw new InvalidIndex(index + ": cannot be unpacked: " + said(e), e);
    }
  }

  /// How many bytes a file that somebody brought may hold unpacked.
  ///
  /// @param size of the file in bytes
  public static long maxUnpacked(long size) {
    return Math.min(MAX_UNPACKED, ALWAYS_UNPACKED + Math.min(size, MAX_UNPACKED) * MAX_RATIO);
  }

  /// Takes files with holes in them, which are refused otherwise. What they hold without their
  /// holes counts against what the archive may hold unpacked.
  public TarMembers allowingHoles() {
    holesAllowed = true;
    return this;
  }

  /// How the archive is packed.
  public Compression compression() {
    return compression;
  }

  /// Goes to the next member; false after the last one, and then the archive was whole.
  ///
  /// @throws InvalidIndex if the archive is damaged or exceeds a limit
  public boolean next() throws IOException {
    return guarded(() -> {
      drain();
      unpacked.allowHeaders(MAX_HEADERS);
      current = null;
      TarArchiveEntry entry = tar.getNextEntry();
      unpacked.allowHeaders(Long.MAX_VALUE);
      current = entry;
      if (entry == null) {
        finish();
        return 0;
      }
      check(entry);
      return 1;
    })
        == 1;
  }

  /// The name of the member, as it stands in the archive.
  public String name() {
    return member().getName();
  }

  /// Whether the member is an ordinary file; a link to one is none.
  public boolean isFile() {
    TarArchiveEntry entry = member();
    return entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink() && !entry.isLink();
  }

  /// What a member is.
  public enum Kind {
    /// An ordinary file.
    FILE,
    /// A directory; its name ends with a slash.
    DIRECTORY,
    /// Points to a path, whatever is there.
    SYMBOLIC_LINK,
    /// Another name of a member before it.
    HARD_LINK,
    /// A device, a pipe, or something tar does not define.
    OTHER
  }

  /// What the member is.
  public Kind kind() {
    TarArchiveEntry entry = member();
    if (entry.isSymbolicLink()) {
      return Kind.SYMBOLIC_LINK;
    }
    if (entry.isLink()) {
      return Kind.HARD_LINK;
    }
    if (entry.isDirectory()) {
      return Kind.DIRECTORY;
    }
    return switch (entry.getLinkFlag()) {
      case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG -> Kind.FILE;
      default -> Kind.OTHER;
    };
  }

  /// Whether the member is a file with holes in it.
  public boolean isSparse() {
    return member().isSparse();
  }

  /// Where a link leads; empty if the member is none.
  public String linkName() {
    return member().getLinkName();
  }

  /// The length of the member in bytes.
  public long size() {
    return member().getSize();
  }

  /// When the member was last modified, by its own account: seconds since the epoch, 0 if it says
  /// nothing sensible.
  public long modified() {
    return Math.max(0, member().getLastModifiedTime().to(TimeUnit.SECONDS));
  }

  /// Reads bytes of the member as [InputStream#read(byte[], int, int)] does.
  ///
  /// @throws InvalidIndex if the archive is damaged or exceeds a limit
  public int read(byte[] into, int offset, int length) throws IOException {
    return guarded(() -> tar.read(into, offset, length));
  }

  /// What is wrong with the member.
  public InvalidIndex fault(String what) {
    return new InvalidIndex(where() + what);
  }

  /// Frees what the unpacker holds, which is not all garbage-collected. The given stream stays
  /// open.
  @Override
  public void close() throws IOException {
    tar.close();
  }

  private TarArchiveEntry member() {
    if (current == null) {
      throw new IllegalStateException("not at a member");
    }
    return current;
  }

  private void check(TarArchiveEntry entry) throws InvalidIndex {
    if (!entry.isCheckSumOK()) {
      throw fault("the tar header's checksum is wrong");
    }
    checkHoles(entry);
    checkAttributes(entry);
    if (++members > MAX_MEMBERS) {
      throw new InvalidIndex(index + ": has more than " + MAX_MEMBERS + " members");
    }
  }

  // A sparse member is longer than the archive that holds it: the other limits do not see it.
  private void checkHoles(TarArchiveEntry entry) throws InvalidIndex {
    List<TarArchiveStructSparse> parts = entry.getSparseHeaders();
    if (parts != null && parts.size() > MAX_HOLES) {
      throw fault("has more than " + MAX_HOLES + " holes");
    }
    if (!entry.isSparse()) {
      return;
    }
    if (!holesAllowed) {
      throw fault("is a sparse file");
    }
    long size = entry.getRealSize();
    if (size < 0 || size > maxUnpacked - holes) {
      throw fault("and the other sparse files are larger than " + maxUnpacked + " bytes");
    }
    holes += size;
  }

  private void checkAttributes(TarArchiveEntry entry) throws InvalidIndex {
    Map<String, String> attributes = entry.getExtraPaxHeaders();
    long length = 0;
    if (attributes.size() <= MAX_ATTRIBUTES) {
      for (Map.Entry<String, String> attribute : attributes.entrySet()) {
        length += attribute.getKey().length() + attribute.getValue().length();
      }
    }
    if (attributes.size() > MAX_ATTRIBUTES || length > MAX_HEADERS) {
      throw fault("has more attributes in its pax headers than any file");
    }
  }

  private void drain() throws IOException {
    // Into one buffer for all members: transferTo makes one for each.
    int n = current == null ? -1 : 0;
    while (n >= 0) {
      n = tar.read(passedOver, 0, passedOver.length);
    }
  }

  // Reads on to the end, where gzip and xz keep their checksums, and insists on the zero block that
  // ends an archive: without it one cut between two members looks whole.
  private void finish() throws IOException {
    unpacked.transferTo(OutputStream.nullOutputStream());
    if (unpacked.zerosAtEnd() < BLOCK) {
      throw new InvalidIndex(
          index + ": does not end as a tar archive does; it is cut short, or something follows it");
    }
  }

  private interface Step {
    int run() throws IOException;
  }

  private int guarded(Step step) throws IOException {
    try {
      return step.run();
    } catch (InvalidIndex e) {
      throw e;
    } catch (IOException e) {
      source.rethrow();
      throw new InvalidIndex(where() + "is damaged: " + said(e), e);
    } catch (RuntimeException | StackOverflowError e) {
      // The unpackers and the tar reader index arrays by what they read, and GZIPInputStream
      // recurses for every empty gzip member; damaged archives can surface as any of these.
      throw new InvalidIndex(where() + "is damaged: " + said(e), e);
    }
  }

  private String where() {
    return current == null ? index + ": " : index + ": " + shown(current.getName()) + ": ";
  }

  // What a library says of it, which may quote what it read.
  private static String said(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : shown(e.getMessage());
  }

  /// `text` for a message: short and without control characters.
  public static String shown(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\uFFFD]", "?");
    return plain.length() <= 120 ? plain : plain.substring(0, 117) + "...";
  }

  private static String whatInstead(byte[] start) {
    if (start.length == 0) {
      return "is empty; even an archive without members is not";
    }
    String text = new String(start, StandardCharsets.ISO_8859_1).strip();
    if (text.startsWith("<")) {
      return "is not an archive but a page: "
          + shown(text.substring(0, Math.min(60, text.length())));
    }
    return "is not an archive: it starts neither like a tar archive nor like a packed one";
  }

  /// The given stream; remembers that reading it failed, which is not the archive's fault. Its
  /// close does nothing.
  private static final class Source extends FilterInputStream {
    private @Nullable IOException failure;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        return in.read(into, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void close() {
      // not ours
    }

    void rethrow() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }

  /// Counts what comes out of the unpacker.
  private static final class Unpacked extends InputStream {
    private final String index;
    private final InputStream in;
    private final long limit;
    private long count;
    private long headersEnd = Long.MAX_VALUE;
    private long lastNonZero;

    Unpacked(String index, InputStream in, long limit) {
      this.index = index;
      this.in = in;
      this.limit = limit;
    }

    void allowHeaders(long bytes) {
      headersEnd = bytes == Long.MAX_VALUE ? bytes : count + bytes;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    long zerosAtEnd() {
      return count - lastNonZero;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      if (n <= 0) {
        return n;
      }
      for (int i = offset + n - 1; i >= offset; i--) {
        if (into[i] != 0) {
          lastNonZero = count + (i - offset) + 1;
          break;
        }
      }
      count += n;
      if (count > limit) {
        throw new InvalidIndex(index + ": is larger than " + limit + " bytes when unpacked");
      }
      if (count > headersEnd) {
        throw new InvalidIndex(index + ": has a tar header larger than " + MAX_HEADERS + " bytes");
      }
      return n;
    }
  }
}
