package dev.larder.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.larder.store.Durable;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// Who changed what, and who was refused: a file of JSON objects, one a line, that is only added
/// to. Mode 0600. When it is large it is moved aside, and the oldest of those is removed.
///
/// A change is on the disk before it is answered. Refusals cost whoever causes them nothing, so in
/// a minute only some of them get a line, and the rest one together: a flood neither fills the disk
/// nor washes away what happened before. A log that cannot be written stops nothing: that is told
/// in the server's own log.
public final class AuditLog implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  /// How large a file gets, in bytes, and how many are kept beside the current one.
  static final Limits LIMITS = new Limits(8L << 20, 4, 60);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Path path;
  private final Limits limits;
  private final InstantSource clock;
  private final JsonMapper json =
      JsonMapper.builder()
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();
  private FileChannel channel;
  private Instant minute;
  private int refusals;

  private AuditLog(Path path, Limits limits, InstantSource clock) throws IOException {
    this.path = path;
    this.limits = limits;
    this.clock = clock;
    this.channel = append();
    this.minute = clock.instant();
  }

  /// How much is kept.
  ///
  /// @param bytes of one file
  /// @param files older ones that are kept
  /// @param refusals that get a line in one minute
  record Limits(long bytes, int files, int refusals) {}

  /// Opens the log, or begins one.
  ///
  /// @throws IOException if it cannot be written
  public static AuditLog open(Path path, InstantSource clock) throws IOException {
    return open(path, LIMITS, clock);
  }

  static AuditLog open(Path path, Limits limits, InstantSource clock) throws IOException {
    return new AuditLog(path, limits, clock);
  }

  private FileChannel append() throws IOException {
    if (!Files.exists(path)) {
      Durable.createPrivate(path);
    }
    FileChannel opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    long size = opened.size();
    ByteBuffer last = ByteBuffer.allocate(1);
    opened.position(size);
    if (size > 0 && opened.read(last, size - 1) == 1 && last.get(0) != '\n') {
      // Half a line, from a crash: it must not spoil the next one.
      write(opened, "\n");
    }
    return opened;
  }

  /// Writes down something that was done, or that was tried and failed.
  ///
  /// @param event its time is replaced by the time now
  public synchronized void done(AuditEvent event) {
    summarise();
    line(event, true);
  }

  /// Writes down a step of something that is only done when [#done] tells of it: on the disk then,
  /// and not before.
  ///
  /// @param event its time is replaced by the time now
  public synchronized void prepared(AuditEvent event) {
    summarise();
    line(event, false);
  }

  /// Writes down that somebody was refused, unless many were within this minute.
  ///
  /// @param event its time is replaced by the time now
  public synchronized void refused(AuditEvent event) {
    summarise();
    if (refusals < limits.refusals()) {
      line(event, false);
    }
    refusals++;
  }

  /// Ends the minute if it is over, with one line for the refusals that got none.
  private void summarise() {
    Instant now = clock.instant();
    if (!now.isBefore(minute.plus(MINUTE))) {
      summary();
      minute = now;
      refusals = 0;
    }
  }

  private void summary() {
    int more = refusals - limits.refusals();
    if (more > 0) {
      line(
          new AuditEvent(
              clock.instant(),
              AuditEvent.UNKNOWN,
              "",
              AuditEvent.AUTHENTICATE,
              null,
              null,
              "%d more were refused in the minute from %s"
                  .formatted(more, minute.truncatedTo(ChronoUnit.SECONDS))),
          false);
    }
  }

  private void line(AuditEvent event, boolean sync) {
    AuditEvent stamped =
        new AuditEvent(
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            event.principal(),
            event.address(),
            event.action(),
            event.repository(),
            event.target(),
            event.result());
    String text = json.writeValueAsString(stamped);
    try {
      if (!channel.isOpen()) {
        // The last time it was moved aside, no new one could be begun.
        channel = append();
      }
      if (channel.size() > 0 && channel.size() + text.length() >= limits.bytes()) {
        rotate();
      }
      write(channel, text + "\n");
      if (sync) {
        channel.force(false);
      }
    } catch (IOException e) {
      LOG.error("the audit log {} cannot be written: {}; lost: {}", path, e.toString(), text);
    }
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void rotate() throws IOException {
    channel.close();
    for (int i = limits.files(); i > 0; i--) {
      Path from = i == 1 ? path : older(i - 1);
      if (Files.exists(from)) {
        Files.move(
            from, older(i), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    channel = append();
  }

  private Path older(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  /// The last events, oldest first.
  ///
  /// @param since only those at or after this time; null for all
  /// @param limit at most so many: the newest
  /// @throws IOException if the disk cannot be read
  public synchronized List<AuditEvent> last(@Nullable Instant since, int limit) throws IOException {
    summarise();
    Deque<AuditEvent> events = new ArrayDeque<>();
    for (int i = limits.files(); i >= 0; i--) {
      read(i == 0 ? path : older(i), since, limit, events);
    }
    return List.copyOf(events);
  }

  private void read(Path file, @Nullable Instant since, int limit, Deque<AuditEvent> events)
      throws IOException {
    ObjectReader reader = json.readerFor(AuditEvent.class);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null) {
        AuditEvent event = event(reader, line);
        if (event != null && (since == null || !event.time().isBefore(since))) {
          events.addLast(event);
          if (events.size() > limit) {
            events.removeFirst();
          }
        }
        line = lines.readLine();
      }
    } catch (NoSuchFileException _) {
      // Not so many yet.
    }
  }

  private static @Nullable AuditEvent event(ObjectReader reader, String line) {
    try {
      AuditEvent event = line.isBlank() ? null : reader.readValue(line);
      boolean whole = event != null && event.time() != null && event.result() != null;
      return whole ? event : null;
    } catch (JacksonException _) {
      return null; // half a line, from a crash
    }
  }

  /// Ends the log.
  @Override
  public synchronized void close() throws IOException {
    summary();
    refusals = 0;
    channel.close();
  }
}
