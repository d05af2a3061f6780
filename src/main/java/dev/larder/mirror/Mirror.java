package dev.larder.mirror;

import dev.larder.cache.Cache;
import dev.larder.cache.Share;
import dev.larder.database.Database;
import dev.larder.egress.Egress;
import dev.larder.events.EventLog;
import dev.larder.format.Format;
import dev.larder.format.IndexTrust;
import dev.larder.limits.FillTurns;
import dev.larder.repo.Admission;
import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.Content;
import dev.larder.repo.Explanation;
import dev.larder.repo.Generations;
import dev.larder.sign.Keyring;
import dev.larder.store.DataDirectory;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A mirror: follows its upstreams on demand and answers for their paths.
///
/// The pieces: a [Root] knows which generation is current and keeps it fresh, [HeldFiles] which
/// files are here and may be believed, [Fills] brings the others, [Answers] puts an answer
/// together.
public final class Mirror implements Content, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

  private static final Duration JOURNAL_EVERY = Duration.ofSeconds(1);

  /// How many journal beats lie between two flushes of finished files.
  private static final int FLUSH_EVERY = 3;

  private final AtomicReference<Terms> terms;
  private final Workings workings;
  private final Roots roots;
  private final Fills fills;
  private final Answers answers;
  private final Shelf shelf;
  private final ExecutorService threads;
  private final Thread beat;
  private volatile boolean retired;

  private Mirror(
      AtomicReference<Terms> terms,
      Workings workings,
      Roots roots,
      Fills fills,
      Answers answers,
      Shelf shelf,
      ExecutorService threads) {
    this.terms = terms;
    this.workings = workings;
    this.roots = roots;
    this.fills = fills;
    this.answers = answers;
    this.shelf = shelf;
    this.threads = threads;
    this.beat =
        Thread.ofVirtual().name("mirror " + workings.settings().name()).unstarted(this::run);
  }

  /// What a mirror needs of the outside.
  ///
  /// @param format of its upstreams
  /// @param data the data directory
  /// @param database for facts that can be found out again
  /// @param cache gives room on the disk
  /// @param egress to fetch with
  /// @param trust which signatures are good
  /// @param turns whose turn it is to make us ask an upstream
  /// @param events takes what happens
  /// @param clock the time
  public record Surroundings(
      Format format,
      DataDirectory data,
      Database database,
      Cache cache,
      Egress egress,
      Trust trust,
      FillTurns turns,
      EventLog events,
      InstantSource clock) {}

  /// Which signatures are good.
  ///
  /// @param keyring checks detached signatures; null if they are not checked
  /// @param inner checks signatures inside indexes; null if they are not checked
  public record Trust(@Nullable Keyring keyring, @Nullable IndexTrust inner) {
    /// No signature is checked.
    public static final Trust NONE = new Trust(null, null);
  }

  /// Opens a mirror: repairs what a crash left, reads which generation is current, and starts to
  /// follow the upstreams.
  ///
  /// @param upstreamUrls base URLs in order of preference, asked again before each use
  /// @throws IOException if the data directory cannot be read
  public static Mirror open(MirrorSettings settings, Surroundings around, UpstreamUrls upstreamUrls)
      throws IOException {
    String name = settings.name();
    InstantSource clock = around.clock();
    Format format = around.format();
    Layout layout = around.data().layout();
    Path partials = layout.root(name, RelPath.ROOT).partial();
    Files.createDirectories(partials);
    Partial.recover(partials, clock.instant());
    AtomicReference<Terms> terms =
        new AtomicReference<>(new Terms(settings, around.trust(), upstreamUrls));
    Supplier<MirrorSettings> current = () -> terms.get().settings();
    Upstreams upstreams =
        new Upstreams(
            () -> terms.get().upstreams().urls(),
            around.egress(),
            () -> current.get().redirects(),
            clock);
    HeldFileTable table = new HeldFileTable(around.database(), name);
    Share share = around.cache().share(name, settings.share(), settings.keep());
    HeldFiles held = new HeldFiles(layout, name, format::rootOf, table, share, clock);
    LastUse uses =
        new LastUse(
            new LastUseTable(around.database(), name), clock, () -> current.get().activeFor());
    Workings workings =
        new Workings(
            terms::get,
            format,
            upstreams,
            held,
            share,
            Kept.open(layout.keep(name)),
            uses,
            new Ahead(),
            new Traffic(),
            around.turns(),
            around.events(),
            clock);

    Signatures signatures = new Signatures(workings);
    IndexCheck check = new IndexCheck(format, terms::get, signatures);
    Fills fills = new Fills(workings, partials, check);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    Roots roots =
        new Roots(
            workings, directory -> root(directory, workings, around.data(), check, fills, threads));
    signatures.connect(roots, fills);
    roots.open(layout.state(name));
    Answers answers = new Answers(workings, roots, fills);
    Shelf shelf = new Shelf(workings, layout, roots);
    share.connect(new MirrorStock(workings, layout, roots, answers));
    Mirror mirror = new Mirror(terms, workings, roots, fills, answers, shelf, threads);
    mirror.beat.start();
    return mirror;
  }

  private static Root root(
      RelPath directory,
      Workings workings,
      DataDirectory data,
      IndexCheck check,
      Fills fills,
      ExecutorService threads)
      throws IOException {
    Generations generations =
        new Generations(data.layout().root(workings.settings().name(), directory));
    Root root =
        new Root(
            directory,
            workings,
            generations,
            new Refresh(directory, workings, generations, check),
            new Switchover(directory, workings, data, generations, fills),
            threads);
    root.open();
    return root;
  }

  /// Where a mirror's upstreams are.
  public interface UpstreamUrls {
    /// Base URLs without a trailing slash, in order of preference. Cheap to call.
    List<String> urls();
  }

  /// Takes other settings: for the next request, the next refresh, the next step of a fill. What is
  /// under way goes on, and generations stay. Does not fail.
  ///
  /// @param settings of the same name and format
  /// @param trust which signatures are good from the next refresh on
  /// @param upstreamUrls base URLs in order of preference, asked again before each use
  public void reload(MirrorSettings settings, Trust trust, UpstreamUrls upstreamUrls) {
    Terms before = terms.getAndSet(new Terms(settings, trust, upstreamUrls));
    retired = false;
    workings.share().reload(settings.share(), settings.keep());
    answers.hold(settings.hold());
    if (!before.settings().equals(settings)) {
      roots.doubt();
    }
  }

  /// Its settings now.
  public MirrorSettings settings() {
    return workings.settings();
  }

  /// Nobody asks it any more: upstreams are left alone, but fills that are under way go on.
  public void retire() {
    retired = true;
  }

  /// Whether nothing is being fetched.
  public boolean isIdle() {
    return fills.reports().isEmpty();
  }

  @Override
  public String name() {
    return workings.settings().name();
  }

  @Override
  public String format() {
    return workings.format().name();
  }

  @Override
  public Admission admission() {
    return workings.settings().access();
  }

  @Override
  public @Nullable String refusal(RelPath path, boolean directory) {
    return workings.scope().refusal(name(), path, directory);
  }

  @Override
  public Answer answer(Ask ask) {
    Answer answer = answers.answer(ask);
    if (answer instanceof Answer.Found) {
      workings.share().used(ask.path().value());
    }
    return answer;
  }

  @Override
  public void ahead(RelPath path, InetAddress client) {
    answers.ahead(path, client);
  }

  @Override
  public List<Entry> list(RelPath directory) throws IOException {
    return shelf.list(directory).stream()
        .filter(entry -> {
          RelPath path = directory.resolve(entry.name());
          return entry.directory() ? workings.scope().reaches(path) : workings.scope().has(path);
        })
        .toList();
  }

  @Override
  public void sent(boolean hit, long bytes) {
    workings.traffic().sent(hit, bytes);
  }

  /// Base URLs of its upstreams now.
  public List<String> upstreamUrls() {
    return workings.upstreams().all().stream().map(Upstream::base).toList();
  }

  /// How it stands.
  public MirrorReport report() {
    Traffic traffic = workings.traffic();
    return new MirrorReport(
        name(),
        format(),
        workings.upstreams().all().stream().map(Upstream::report).toList(),
        roots.worthTelling().stream().map(Root::report).toList(),
        fills.reports(),
        workings.kept().directories().stream().map(RelPath::value).toList(),
        traffic.hits(),
        traffic.misses(),
        traffic.cacheBytes(),
        traffic.upstreamBytes(),
        traffic.ended());
  }

  /// Asks upstream now whether there are new sets, and takes them. Of several roots, the outcome
  /// that most needs to be told.
  ///
  /// @param accept also take a set that is older than ours or not signed as it must be
  public RefreshOutcome refresh(boolean accept) {
    RefreshOutcome worst = new RefreshOutcome.Nothing();
    for (Root root : roots.worthTelling()) {
      if (!workings.scope().reaches(root.directory())) {
        continue;
      }
      RefreshOutcome outcome = root.refreshNow(accept);
      worst = urgency(outcome) > urgency(worst) ? outcome : worst;
    }
    return worst;
  }

  private static int urgency(RefreshOutcome outcome) {
    return switch (outcome) {
      case RefreshOutcome.Nothing _ -> 0;
      case RefreshOutcome.Unchanged _ -> 1;
      case RefreshOutcome.Switched _ -> 2;
      case RefreshOutcome.Unreachable _ -> 3;
      case RefreshOutcome.Refused _ -> 4;
    };
  }

  @Override
  public Explanation explain(RelPath path) throws IOException {
    return new Explainer(workings, roots, fills).explain(path);
  }

  /// The files in the tree whose path is `wanted`, sorted by path.
  ///
  /// @param after only paths after this one, or null for all
  /// @param limit at most so many
  /// @throws IOException if the disk cannot be read
  public List<HeldFile> held(Predicate<RelPath> wanted, @Nullable RelPath after, int limit)
      throws IOException {
    return shelf.held(wanted, after, limit);
  }

  /// Removes the files whose path is `wanted` from the tree, except those that are kept; they are
  /// fetched again when asked for. That upstreams had no such files is forgotten as well.
  ///
  /// @throws IOException if the disk fails
  public Removed remove(Predicate<RelPath> wanted) throws IOException {
    fills.absences().forget(wanted);
    return shelf.removeUnlessKept(wanted);
  }

  /// The directories that are kept, in the order of their paths.
  ///
  /// @throws IOException if the disk cannot be read
  public List<KeptDirectory> kept() throws IOException {
    List<KeptDirectory> all = new ArrayList<>();
    for (RelPath directory : workings.kept().directories()) {
      all.add(shelf.sum(directory));
    }
    return List.copyOf(all);
  }

  /// Keeps what is in `directory` now and later: nothing removes it to tidy up.
  ///
  /// @throws IllegalArgumentException if it is the root of the mirror
  /// @throws IOException if the disk fails
  public KeptDirectory keep(RelPath directory) throws IOException {
    workings.kept().keep(directory);
    return shelf.sum(directory);
  }

  /// No longer keeps `directory`.
  ///
  /// @return what is in it, or null if it was not kept
  /// @throws IOException if the disk fails
  public @Nullable KeptDirectory letGo(RelPath directory) throws IOException {
    return workings.kept().letGo(directory) ? shelf.sum(directory) : null;
  }

  private void run() {
    int beats = 0;
    try {
      while (true) {
        Thread.sleep(JOURNAL_EVERY);
        try {
          fills.journal();
          if (++beats % FLUSH_EVERY == 0) {
            flush();
          }
          if (!retired) {
            roots.poll();
          }
        } catch (RuntimeException e) {
          // The root of this thread: one bad beat must not be the last.
          LOG.error("{}: housekeeping", name(), e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Stops following, and makes what is under way survive.
  @Override
  public void close() throws IOException {
    beat.interrupt();
    fills.close();
    threads.shutdownNow();
    flush();
    workings.share().close();
  }

  private void flush() {
    workings.held().flush();
    workings.uses().flush();
    workings.share().flush();
  }
}
