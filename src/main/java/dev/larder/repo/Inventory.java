package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageRecord;
import dev.larder.format.RepositoryFormat;
import dev.larder.format.RepositoryFormat.Lint;
import dev.larder.format.RepositoryFormat.Severity;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Looking at what a repository has, and whether it is still what it must be.
final class Inventory {
  private final Repository.Parts parts;
  private final RepositoryFormat format;
  private final Shelves shelves;
  private final History history;
  private final GenerationWriter writer;

  Inventory(Repository.Parts parts, History history, GenerationWriter writer) {
    this.parts = parts;
    this.format = parts.format();
    this.shelves = parts.shelves();
    this.history = history;
    this.writer = writer;
  }

  private Packages packages() {
    return history.current().packages();
  }

  /// How many bytes the files of `packages` take.
  long bytes(Packages packages) {
    Map<Checksum, Long> sizes = new HashMap<>();
    packages.all().forEach(each -> sizes.put(each.entry().sha256(), each.entry().size()));
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  private byte[] readRecord(String directory, Entry entry) throws IOException {
    byte[] known = parts.table().find(entry.sha256());
    return known == null ? writer.readAgain(directory, entry) : known;
  }

  private HostedPackage hosted(Packages.Placed placed) throws IOException {
    Entry entry = placed.entry();
    return new HostedPackage(
        placed.directory(),
        placed.path(),
        entry.size(),
        entry.sha256(),
        entry.signature() != null,
        format.info(readRecord(placed.directory(), entry)));
  }

  List<HostedPackage> search(String words, @Nullable String after, int limit) throws IOException {
    String wanted = words.toLowerCase(Locale.ROOT);
    List<HostedPackage> found = new ArrayList<>();
    for (Packages.Placed placed : packages().all()) {
      String key = placed.directory() + "/" + placed.entry().name();
      if (after != null && key.compareTo(after) <= 0) {
        continue;
      }
      HostedPackage hosted = hosted(placed);
      String text = hosted.info().name() + "\n" + hosted.info().description();
      if (wanted.isEmpty() || text.toLowerCase(Locale.ROOT).contains(wanted)) {
        found.add(hosted);
        if (found.size() == limit) {
          break;
        }
      }
    }
    return found;
  }

  List<HostedPackage> find(String packageName) throws IOException {
    List<HostedPackage> found = new ArrayList<>();
    for (Map.Entry<String, PackageList> list : packages().lists().entrySet()) {
      Entry entry = list.getValue().find(packageName);
      if (entry != null) {
        found.add(hosted(new Packages.Placed(list.getKey(), entry)));
      }
    }
    return found;
  }

  Repository.@Nullable Stored stored(
      Packages packages, String packageName, @Nullable String directory) {
    for (Map.Entry<String, PackageList> list : packages.lists().entrySet()) {
      Entry entry = list.getValue().find(packageName);
      if (entry != null && (directory == null || directory.equals(list.getKey()))) {
        boolean signed = entry.signature() != null;
        return new Repository.Stored(
            shelves.file(list.getKey(), entry),
            entry.sha256(),
            signed ? shelves.signature(list.getKey(), entry) : null);
      }
    }
    return null;
  }

  List<String> files(String directory, String packageName) throws IOException {
    Entry entry = packages().in(directory).find(packageName);
    return entry == null ? List.of() : format.files(readRecord(directory, entry));
  }

  List<PackageInfo> infos(String directory) throws IOException {
    List<PackageInfo> infos = new ArrayList<>();
    for (Entry entry : packages().in(directory).entries()) {
      infos.add(format.info(readRecord(directory, entry)));
    }
    return infos;
  }

  /// Packages without a signature where there should be one.
  List<Lint> unsigned(String directory) throws IOException {
    if (!format.hasPackageSignatures()) {
      return List.of();
    }
    String advice =
        parts.signers().signers().openPgp().isEmpty()
            ? "the repository has no key; clients need SigLevel = Optional TrustAll"
            : "larder repo sign %s signs it".formatted(parts.settings().name());
    return packages().in(directory).entries().stream()
        .filter(entry -> entry.signature() == null)
        .map(entry ->
            new Lint(entry.name(), "unsigned", Severity.WARNING, "it is not signed: " + advice))
        .toList();
  }

  /// Whether each directory that could have a package has exactly this one.
  boolean isThere(Entry entry) {
    return packages().lists().values().stream()
        .map(list -> list.find(entry.name()))
        .allMatch(own -> own != null && own.sha256().equals(entry.sha256()));
  }

  /// Stages packages of this repository in a batch of another.
  ///
  /// @param names all if empty
  /// @param there whether the other one has it already
  void copyTo(Batch batch, Set<String> names, Predicate<Entry> there) throws IOException {
    Set<String> missing = new HashSet<>(names);
    Set<Checksum> staged = new HashSet<>();
    for (Packages.Placed placed : packages().all()) {
      Entry entry = placed.entry();
      missing.remove(entry.name());
      boolean wanted = names.isEmpty() || names.contains(entry.name());
      if (wanted && !there.test(entry) && staged.add(entry.sha256())) {
        Path file = shelves.file(placed.directory(), entry);
        Path copy = batch.place().resolve(batch.nextName());
        Durable.link(file, copy);
        byte[] bytes = readRecord(placed.directory(), entry);
        batch.stage(
            copy,
            file.getFileName().toString(),
            new PackageRecord(format.info(bytes), entry.size(), entry.sha256(), bytes));
      }
    }
    if (!missing.isEmpty()) {
      throw new Refused(
          Refused.Reason.MISSING,
          missing.stream().sorted().map(name -> "there is no package " + name).toList());
    }
  }

  /// Compares every file that is held with what must be there.
  List<Repository.Damage> verify() throws IOException {
    List<Repository.Damage> damages = new ArrayList<>();
    Map<String, Packages.Placed> files = new TreeMap<>();
    for (Held held : history.all().reversed()) {
      held.packages().all().forEach(placed -> files.put(placed.path(), placed));
      for (Member member : held.generation().members()) {
        String fault = fault(held.generation().file(member), member.size(), member.sha256());
        if (fault != null) {
          String path = "@" + held.generation().number() + "/" + member.path();
          damages.add(new Repository.Damage(path, fault, false));
        }
      }
    }
    for (Packages.Placed placed : files.values()) {
      look(placed, files.values(), damages);
    }
    return damages;
  }

  private void look(
      Packages.Placed placed, Iterable<Packages.Placed> others, List<Repository.Damage> damages)
      throws IOException {
    Entry entry = placed.entry();
    Path file = shelves.file(placed.directory(), entry);
    String fault = fault(file, entry.size(), entry.sha256());
    RelPath path = new RelPath(placed.path());
    if (fault != null && history.expected(path) != null) {
      boolean restored = restore(file, entry, others);
      damages.add(new Repository.Damage(placed.path(), fault, restored));
    }
    if (entry.equals(packages().in(placed.directory()).find(entry.name()))) {
      lookAtSignature(placed, damages);
    }
  }

  /// Compares the signatures of the current packages with what must be there.
  List<Repository.Damage> verifySignatures() throws IOException {
    List<Repository.Damage> damages = new ArrayList<>();
    for (Packages.Placed placed : packages().all()) {
      lookAtSignature(placed, damages);
    }
    return damages;
  }

  private void lookAtSignature(Packages.Placed placed, List<Repository.Damage> damages)
      throws IOException {
    Entry entry = placed.entry();
    Checksum signature = entry.signature();
    Path beside = shelves.signature(placed.directory(), entry);
    if (signature != null) {
      String wrong =
          !Files.exists(beside)
              ? "the signature is missing"
              : Checksum.sha256(beside).equals(signature)
                  ? null
                  : "is not the signature that was made";
      if (wrong != null) {
        String name = placed.path() + PackageList.SIGNATURE;
        damages.add(new Repository.Damage(name, wrong, false));
      }
    }
  }

  /// A package for all architectures lies in several directories.
  private boolean restore(Path file, Entry entry, Iterable<Packages.Placed> others)
      throws IOException {
    for (Packages.Placed other : others) {
      Path source = shelves.file(other.directory(), other.entry());
      if (other.entry().sha256().equals(entry.sha256())
          && !source.equals(file)
          && fault(source, entry.size(), entry.sha256()) == null) {
        Durable.link(source, file);
        return true;
      }
    }
    return false;
  }

  private static @Nullable String fault(Path file, long size, Checksum sha256) throws IOException {
    try {
      if (Files.size(file) != size) {
        return "has %d bytes and must have %d".formatted(Files.size(file), size);
      }
      return Checksum.sha256(file).equals(sha256) ? null : "has other bytes than it must have";
    } catch (NoSuchFileException e) {
      return "is missing";
    }
  }
}
