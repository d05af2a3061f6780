package dev.larder.repo;

import dev.larder.config.Document;
import dev.larder.config.InvalidConfig;
import dev.larder.store.DataDirectory;
import dev.larder.store.Durable;
import dev.larder.store.Layout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All repositories of our own: those of the configuration, and those that were made while Larder
/// ran, whose settings lie beside their state. Safe for use by many threads.
public final class Repositories implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Repositories.class);
  private static final String GONE = ".gone-";

  private final DataDirectory data;
  private final Layout layout;
  private final Set<String> formats;
  private final Opener opener;
  private final Set<String> configured = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();

  /// Those that were taken out of the configuration while Larder ran: an upload to one may still be
  /// under way, and they may come back.
  private final Map<String, Repository> retired = new ConcurrentHashMap<>();

  /// By name; another map for other repositories.
  private volatile SortedMap<String, Repository> all = new TreeMap<>();

  /// The values of [#all], another list for other repositories.
  private volatile List<Repository> listed = List.of();

  private Repositories(DataDirectory data, Set<String> formats, Opener opener) {
    this.data = data;
    this.layout = data.layout();
    this.formats = Set.copyOf(formats);
    this.opener = opener;
  }

  /// Opens a repository with what belongs to it: its format, its keys.
  public interface Opener {
    /// Opens one; makes it if it is new.
    ///
    /// @throws IOException if it cannot be opened; the message is a sentence for the operator
    Repository open(RepositorySettings settings) throws IOException;
  }

  /// Opens all that are configured, and all that were made before.
  ///
  /// @param formats names of the formats that can be hosted
  /// @throws IOException if one cannot be opened; none is open then
  public static Repositories open(
      DataDirectory data, List<RepositorySettings> configured, Set<String> formats, Opener opener)
      throws IOException {
    Repositories repositories = new Repositories(data, formats, opener);
    repositories.recover();
    try {
      for (RepositorySettings settings : configured) {
        repositories.configured.add(settings.name());
        repositories.add(settings);
      }
      for (String name : made(data.layout())) {
        if (!repositories.configured.contains(name)) {
          repositories.add(settings(data.layout(), name, formats));
        }
      }
      return repositories;
    } catch (IOException | RuntimeException e) {
      repositories.close();
      throw e;
    }
  }

  /// Removes what is left of repositories that were being deleted.
  private void recover() throws IOException {
    for (Path place : List.of(layout.repositories(), layout.tree("repo"))) {
      if (Files.isDirectory(place)) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(place, GONE + "*")) {
          for (Path directory : left) {
            Durable.deleteTree(directory);
          }
        }
      }
    }
  }

  /// Names of those that were made while Larder ran, in order; some may be in the configuration
  /// now.
  ///
  /// @throws IOException if the disk cannot be read
  public static List<String> made(Layout layout) throws IOException {
    if (!Files.isDirectory(layout.repositories())) {
      return List.of();
    }
    try (Stream<Path> directories = Files.list(layout.repositories())) {
      return directories
          .map(directory -> directory.getFileName().toString())
          .filter(name -> Files.exists(layout.repositorySettings(name)))
          .sorted()
          .toList();
    }
  }

  /// The settings of one that was made while Larder ran.
  ///
  /// @param formats names of the formats that can be hosted
  /// @throws IOException if they cannot be read; the message says where and why
  public static RepositorySettings settings(Layout layout, String name, Set<String> formats)
      throws IOException {
    try {
      return settings(Document.load(layout.repositorySettings(name)), name, formats);
    } catch (InvalidConfig e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static RepositorySettings settings(Document document, String name, Set<String> formats)
      throws InvalidConfig {
    RepositorySettings settings =
        RepositorySettings.read(document.root().table("repo").table(name), formats);
    document.finish();
    return settings;
  }

  private void add(RepositorySettings settings) throws IOException {
    SortedMap<String, Repository> more = new TreeMap<>(all);
    more.put(settings.name(), opener.open(settings));
    set(more);
  }

  private void set(SortedMap<String, Repository> now) {
    all = now;
    listed = List.copyOf(now.values());
  }

  /// Opens what other settings need. Until the change is applied or discarded, which the same
  /// thread has to do, no repository is made or deleted.
  ///
  /// @param wanted all that are configured
  /// @throws IOException if one cannot be opened; everything is as it was then
  public Change prepare(List<RepositorySettings> wanted) throws IOException {
    lock.lock();
    Change change = new Change();
    try {
      change.open(wanted);
      return change;
    } catch (IOException | RuntimeException e) {
      change.discard();
      throw e;
    }
  }

  /// Other repositories, opened and not yet served.
  public final class Change {
    private final Set<String> names = new HashSet<>();
    private final Map<Repository, RepositorySettings> others = new LinkedHashMap<>();
    private final List<Repository> opened = new ArrayList<>();
    private final List<Repository> made = new ArrayList<>(); // of those, the ones without a past
    private final SortedMap<String, Repository> next = new TreeMap<>();
    private final Map<String, Repository> gone = new LinkedHashMap<>();

    private void open(List<RepositorySettings> wanted) throws IOException {
      for (RepositorySettings settings : wanted) {
        names.add(settings.name());
        take(settings);
      }
      for (Map.Entry<String, Repository> there : all.entrySet()) {
        String name = there.getKey();
        Path file = layout.repositorySettings(name);
        if (next.containsKey(name)) {
          continue;
        }
        if (!Files.exists(file)) {
          gone.put(name, there.getValue());
        } else if (configured.contains(name)) {
          take(Repositories.settings(layout, name, formats));
        } else {
          next.put(name, there.getValue());
        }
      }
    }

    private void take(RepositorySettings settings) throws IOException {
      String name = settings.name();
      Repository there = all.get(name);
      Repository known = there == null ? retired.get(name) : there;
      if (known == null) {
        boolean isNew = !Files.exists(layout.state(Layout.repositoryName(name)));
        known = opener.open(settings);
        opened.add(known);
        if (isNew) {
          made.add(known);
        }
      } else if (!known.settings().equals(settings)) {
        others.put(known, settings);
      }
      next.put(name, known);
    }

    /// Those there will be, by name.
    public List<Repository> all() {
      return List.copyOf(next.values());
    }

    /// The settings they will have, in the same order.
    public List<RepositorySettings> settings() {
      return next.values().stream()
          .map(each -> others.getOrDefault(each, each.settings()))
          .toList();
    }

    /// Serves them. What was taken out of the configuration is no longer served; it stays on disk,
    /// and an upload to it that is under way goes on. Does not fail.
    public void apply() {
      try {
        configured.clear();
        configured.addAll(names);
        retired.keySet().removeAll(next.keySet());
        retired.putAll(gone);
        // Paths are found anew when there is another list.
        others.forEach(Repository::reload);
        set(next);
      } finally {
        lock.unlock();
      }
    }

    /// Leaves everything as it was.
    public void discard() {
      try {
        opened.forEach(Repository::close);
        for (Repository repository : made) {
          remove(repository);
        }
      } catch (IOException e) {
        LOG.warn("what was made for a configuration that is not taken stays: {}", e.toString());
      } finally {
        lock.unlock();
      }
    }
  }

  /// All, by name. The same list as long as there are the same repositories.
  public List<Repository> all() {
    return listed;
  }

  /// Bytes that can still be written.
  ///
  /// @throws IOException if the disk cannot be asked
  public long free() throws IOException {
    return Files.getFileStore(layout.data()).getUsableSpace();
  }

  /// The repository of that name, or null.
  public @Nullable Repository find(String name) {
    return all.get(name);
  }

  /// Whether a repository stands in the configuration, which alone can change it then.
  public boolean isConfigured(String name) {
    return configured.contains(name);
  }

  /// Makes a repository; it is empty, signed and served when this returns.
  ///
  /// @param toml its settings as the configuration would have them: a table `[repo.NAME]`
  /// @throws InvalidConfig if they are not right
  /// @throws Refused if there is one of that name
  /// @throws IOException if it cannot be made
  public Repository create(String name, String toml) throws InvalidConfig, IOException {
    if (!RepositorySettings.NAME.matcher(name).matches()) {
      throw new InvalidConfig(
          "name",
          "\"%s\" is not a name for a repository: up to 64 of a-z, 0-9, \".\", \"_\" and \"-\", a"
                  .formatted(name.replaceAll("\\p{Cntrl}", "?"))
              + " letter or digit first");
    }
    lock.lock();
    try {
      if (all.containsKey(name)) {
        throw new Refused(
            Refused.Reason.CONFLICT, List.of("there is a repository %s already".formatted(name)));
      }
      RepositorySettings settings =
          settings(Document.parse("settings", layout.data(), toml), name, formats);
      for (Repository other : all.values()) {
        for (String path : settings.paths()) {
          if (other.settings().paths().contains(path)) {
            throw new InvalidConfig(
                "path", "%s is a path of %s already".formatted(path, other.settings().name()));
          }
        }
      }
      if (!settings.listen().isEmpty()) {
        throw new InvalidConfig(
            "listen",
            "can only be set in the configuration file: put [repo.%s] there".formatted(name));
      }
      Path state = layout.state(Layout.repositoryName(name));
      if (Files.exists(state)) {
        throw new Refused(
            Refused.Reason.CONFLICT,
            List.of(
                "a repository %s was in the configuration once, and what it had is still in %s; put"
                        .formatted(name, state)
                    + " [repo.%s] there again to have it back, or move that directory away"
                        .formatted(name)));
      }
      Repository made = opener.open(settings);
      try {
        Durable.replace(layout.repositorySettings(name), toml.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        remove(made);
        throw e;
      }
      SortedMap<String, Repository> more = new TreeMap<>(all);
      more.put(name, made);
      set(more);
      return made;
    } finally {
      lock.unlock();
    }
  }

  /// Removes a repository with all its packages and generations.
  ///
  /// @param evenFull also if it has packages
  /// @throws Refused if it has packages, or stands in the configuration
  /// @throws IOException if the disk fails
  public void delete(String name, boolean evenFull) throws IOException {
    lock.lock();
    try {
      Repository repository = all.get(name);
      if (repository == null) {
        throw new Refused(
            Refused.Reason.MISSING, List.of("there is no repository %s".formatted(name)));
      }
      if (isConfigured(name)) {
        throw new Refused(
            Refused.Reason.CONFLICT,
            List.of(
                "[repo.%s] stands in the configuration; take it out there, run larder reload, and remove"
                        .formatted(name)
                    + " %s and %s"
                        .formatted(
                            layout.tree(Layout.repositoryName(name)),
                            layout.state(Layout.repositoryName(name)))));
      }
      int packages = repository.report().packages();
      if (packages > 0 && !evenFull) {
        throw new Refused(
            Refused.Reason.CONFLICT,
            List.of("%s has %d packages; say that they are to go, too".formatted(name, packages)));
      }
      try (Closeable right = data.toRemove()) {
        if (right == null) {
          throw new Refused(
              Refused.Reason.CONFLICT,
              List.of("a backup is reading; delete %s when it is done".formatted(name)));
        }
        SortedMap<String, Repository> fewer = new TreeMap<>(all);
        fewer.remove(name);
        set(fewer);
        remove(repository);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Puts everything of a repository out of sight in one step each, then removes it. Without its
  /// state it is none: whatever a crash leaves is not opened again.
  private void remove(Repository repository) throws IOException {
    repository.close();
    String path = repository.name();
    String random = GONE + Long.toHexString(ThreadLocalRandom.current().nextLong());
    for (Path place : List.of(layout.state(path), layout.tree(path))) {
      if (Files.exists(place)) {
        Path gone = place.resolveSibling(random);
        Files.move(place, gone, StandardCopyOption.ATOMIC_MOVE);
        Durable.syncDirectory(gone.resolveSibling(""));
        Durable.deleteTree(gone);
      }
    }
  }

  @Override
  public void close() {
    all().forEach(Repository::close);
    retired.values().forEach(Repository::close);
  }
}
