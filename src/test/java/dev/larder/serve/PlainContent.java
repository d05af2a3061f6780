package dev.larder.serve;

import dev.larder.repo.Admission;
import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Content;
import dev.larder.repo.Explanation;
import dev.larder.repo.Representation;
import dev.larder.store.Checksum;
import dev.larder.store.OpenFile;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A content made of files in a directory and of answers given by hand.
final class PlainContent implements Content {
  static final Instant MODIFIED = Instant.parse("2026-03-01T10:00:00Z");
  static final String MODIFIED_TEXT = "Sun, 01 Mar 2026 10:00:00 GMT";
  static final String ETAG = "\"tag\"";

  final List<Sent> sent = new CopyOnWriteArrayList<>();
  final AtomicInteger asked = new AtomicInteger();
  final Switch validity = new Switch();

  /// What was looked ahead to, in the order in which it began.
  final List<String> ahead = new CopyOnWriteArrayList<>();

  volatile Consumer<RelPath> whenAhead = _ -> {};
  private Admission admission = Admission.OPEN;
  private String refused = "";
  private String why = "";
  private final String name;
  private final String format;
  private final Path root;
  private final Map<String, Function<Ask, Answer>> answers = new ConcurrentHashMap<>();
  private final Map<String, List<Entry>> listings = new ConcurrentHashMap<>();

  PlainContent(String name, Path root) {
    this(name, "pacman", root);
  }

  PlainContent(String name, String format, Path root) {
    this.name = name;
    this.format = format;
    this.root = root;
  }

  record Sent(boolean hit, long bytes) {}

  /// A validity that is turned off by hand.
  static final class Switch implements Answer.Validity {
    volatile boolean on = true;
    volatile long confirmedAt = -1;

    @Override
    public boolean holds() {
      return on;
    }

    @Override
    public long confirmedAt() {
      return confirmedAt;
    }
  }

  PlainContent file(String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    return this;
  }

  PlainContent answer(String path, Function<Ask, Answer> answer) {
    answers.put(path, answer);
    return this;
  }

  PlainContent listing(String path, Entry... entries) {
    listings.put(path, List.of(entries));
    return this;
  }

  PlainContent admission(Admission who) {
    admission = who;
    return this;
  }

  /// Gives nothing at and below a directory.
  PlainContent refusing(String directory, String sentence) {
    refused = directory;
    why = sentence;
    return this;
  }

  @Override
  public Admission admission() {
    return admission;
  }

  @Override
  public @Nullable String refusal(RelPath path, boolean directory) {
    return !refused.isEmpty() && (path.value() + "/").startsWith(refused + "/") ? why : null;
  }

  static Representation representation(byte[] bytes) {
    return new Representation(bytes.length, MODIFIED, ETAG, Checksum.sha256(bytes));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public void ahead(RelPath path, InetAddress client) {
    ahead.add(path.value());
    whenAhead.accept(path);
  }

  @Override
  public Explanation explain(RelPath path) {
    return new Explanation(path.value(), "as told by hand", List.of());
  }

  @Override
  public Answer answer(Ask ask) {
    asked.incrementAndGet();
    Function<Ask, Answer> byHand = answers.get(ask.path().value());
    if (byHand != null) {
      return byHand.apply(ask);
    }
    Path file = root.resolve(ask.path().value());
    if (!Files.isRegularFile(file)) {
      return new Answer.Absent("There is no such file.", CacheStatus.hit("absent"));
    }
    try {
      Representation is = representation(Files.readAllBytes(file));
      Answer.Body body =
          ask.want(is) instanceof Ask.Want.Nothing
              ? new Answer.Body.None()
              : new Answer.Body.Stored(OpenFile.open(file));
      return new Answer.Found(is, body, CacheStatus.hit("gen=1"), validity);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Answer unavailable() {
    CacheStatus status = CacheStatus.forwarded("uri-miss", 429, false, "");
    return new Answer.Unavailable(503, "Upstream is busy.", Duration.ofSeconds(7), status);
  }

  @Override
  public List<Entry> list(RelPath directory) throws IOException {
    List<Entry> byHand = listings.get(directory.value());
    if (byHand != null) {
      return byHand;
    }
    Path path = root.resolve(directory.value());
    List<Entry> entries = new ArrayList<>();
    if (Files.isDirectory(path)) {
      try (var children = Files.list(path)) {
        for (Path child : children.sorted().toList()) {
          boolean isDirectory = Files.isDirectory(child);
          long size = isDirectory ? -1 : Files.size(child);
          entries.add(new Entry(child.getFileName().toString(), isDirectory, size, MODIFIED, true));
        }
      }
    }
    return entries;
  }

  @Override
  public void sent(boolean hit, long bytes) {
    sent.add(new Sent(hit, bytes));
  }
}
