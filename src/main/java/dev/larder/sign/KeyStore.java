package dev.larder.sign;

import dev.larder.sign.KeyRefused.Reason;
import dev.larder.sign.KeyReport.Origin;
import dev.larder.sign.KeyReport.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys of our own repositories, by name, each in a directory of its own (see [KeyDirectory]).
/// Its directory belongs to this object alone. Safe for use by many threads; methods may block.
///
/// A key is **rotated** in two steps, since clients believe only what they know: [#rotate] makes a
/// successor that is published beside it, [#finishRotation] lets that one take over when the
/// clients have it.
///
/// Secrets leave this class as signers only.
public final class KeyStore {
  private static final Logger LOG = LoggerFactory.getLogger(KeyStore.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final String GONE = ".gone-";
  private static final Duration SHORTEST = Duration.ofDays(365);

  private final Path directory;
  private final InstantSource clock;
  private final ReentrantLock writing = new ReentrantLock();
  private final Map<String, StoredKey> keys = new ConcurrentSkipListMap<>();

  /// What is wrong with keys that are there and cannot be used.
  private final Map<String, KeyTrouble> damaged = new ConcurrentSkipListMap<>();

  private KeyStore(Path directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /// Reads all keys, after what a crash left is removed. One that cannot be read is logged and
  /// refused when it is asked for; the others can be used.
  ///
  /// @param directory is created if it is not there
  /// @throws IOException if it cannot be read or written
  public static KeyStore open(Path directory, InstantSource clock) throws IOException {
    if (!Files.isDirectory(directory)) {
      PrivateFiles.createDirectory(directory);
    }
    PrivateFiles.makePrivate(directory);
    KeyStore store = new KeyStore(directory, clock);
    store.attempt(() -> PrivateFiles.deleteLeftovers(directory, PrivateFiles.NEW));
    store.attempt(() -> PrivateFiles.deleteLeftovers(directory, GONE));
    for (Path path : directories(directory)) {
      store.load(path.getFileName().toString());
    }
    store.warnings().forEach(LOG::warn);
    return store;
  }

  private interface Tidying {
    void run() throws IOException;
  }

  // What cannot be tidied up harms nobody.
  private void attempt(Tidying tidying) {
    try {
      tidying.run();
    } catch (IOException e) {
      LOG.warn("{}: what a crash left cannot be removed; remove it by hand: {}", directory, e);
    }
  }

  static List<Path> directories(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path path : entries) {
        if (NAME.matcher(path.getFileName().toString()).matches() && Files.isDirectory(path)) {
          paths.add(path);
        }
      }
    }
    return paths;
  }

  private void load(String name) {
    KeyDirectory files = at(name);
    try {
      files.recover();
      StoredKey key = StoredKey.read(name, files, clock);
      keys.put(name, key);
      attempt(() -> files.forgetRetired(key.info()));
    } catch (IOException | RuntimeException e) {
      damaged.put(name, KeyTrouble.of(files.path(), e));
    }
  }

  private KeyDirectory at(String name) {
    return new KeyDirectory(directory.resolve(name));
  }

  // ---- new keys -------------------------------------------------------------------------------

  /// Makes a key.
  ///
  /// @param userId whom people see as its owner; of no meaning for RSA
  /// @param expires when it ends; null for never. RSA keys never expire
  /// @throws KeyRefused if the name is taken or cannot be, or user ID or end cannot be
  public KeyReport create(String name, KeyKind kind, String userId, @Nullable Instant expires)
      throws IOException {
    NewKey wanted = new NewKey(kind, userId, expires);
    wanted.check(clock.instant());
    return added(name, Origin.CREATED, () -> wanted.make(clock));
  }

  /// The key of that name, which is made if it is not there. One that is there need not be of the
  /// very kind: an imported RSA key will do where an OpenPGP key is wanted, if it is one.
  ///
  /// @throws KeyRefused if it cannot be used where a key of that kind is wanted
  public KeyReport ensure(String name, KeyKind kind, String userId) throws IOException {
    writing.lock();
    try {
      StoredKey key = damaged.containsKey(name) ? known(name) : keys.get(name);
      if (key == null) {
        return create(name, kind, userId, null);
      }
      if (key.info().openPgp() != kind.isOpenPgp()) {
        throw KeyRefused.conflict(
            "key %s is %s, and %s is needed"
                .formatted(
                    name,
                    key.report().kind(),
                    kind.isOpenPgp() ? "an OpenPGP key" : "an RSA key for FreeBSD"),
            "name another key");
      }
      return key.report();
    } finally {
      writing.unlock();
    }
  }

  /// Takes a secret OpenPGP key as gpg exports it.
  ///
  /// @param bytes armored or binary
  /// @param password that protects it, or null; not kept
  /// @throws KeyRefused if the name is taken, or the key damaged, weak, expired, revoked
  public KeyReport importOpenPgp(String name, byte[] bytes, char @Nullable [] password)
      throws IOException {
    return added(
        name,
        Origin.IMPORTED,
        () -> KeyMaterial.of(OpenPgpSecret.imported(bytes, password, clock.instant())));
  }

  /// Takes a secret RSA key in PEM.
  ///
  /// @param pem PKCS #1 or PKCS #8
  /// @param password that protects it, or null; not kept
  /// @throws KeyRefused if the name is taken, or the key damaged or weak
  public KeyReport importPem(String name, byte[] pem, char @Nullable [] password)
      throws IOException {
    return added(name, Origin.IMPORTED, () -> KeyMaterial.of(RsaSecret.imported(pem, password)));
  }

  /// Uses an OpenPGP key whose secret lies in a gpg-agent. If the name is such a key's already, the
  /// socket and the public key are replaced: when it was extended, say.
  ///
  /// @param socket of the agent: what `gpgconf --list-dirs agent-socket` shows
  /// @param publicKey armored or binary
  /// @throws KeyRefused if the name is another's, the key weak, expired, revoked, or not the
  ///   agent's
  /// @throws IOException if the agent cannot be asked, or would have to ask somebody
  public KeyReport useAgent(String name, Path socket, byte[] publicKey) throws IOException {
    if (!socket.isAbsolute()) {
      throw KeyRefused.bad(
          "the path of the agent's socket does not begin with /",
          "take what gpgconf --list-dirs agent-socket shows");
    }
    GpgAgent agent = new GpgAgent(socket);
    Maker maker = () -> AgentKey.proven(agent, publicKey, clock);
    writing.lock();
    try {
      StoredKey before = keys.get(name);
      if (before == null || before.info().origin() != Origin.AGENT) {
        return added(name, Origin.AGENT, maker);
      }
      KeyMaterial material = maker.make();
      if (!material.fingerprint().equals(before.report().current().fingerprint())) {
        throw KeyRefused.conflict(
            "key %s is another one, %s".formatted(name, before.report().current().fingerprint()),
            "give this one a name of its own, and let repositories name both while clients learn it");
      }
      KeyRecord info = before.info();
      at(name).writePublic(info.current(), material.open());
      at(name)
          .writeInfo(
              KeyRecord.first(true, Origin.AGENT, material.agent(), info.addedAt(info.current())));
      return reread(name);
    } finally {
      writing.unlock();
    }
  }

  /// What makes a key is of no interest while its name is not free.
  private interface Maker {
    KeyMaterial make() throws IOException;
  }

  private KeyReport added(String name, Origin origin, Maker maker) throws IOException {
    writing.lock();
    try {
      checkFree(name);
      KeyMaterial material = maker.make();
      Instant now = clock.instant();
      Path fresh = PrivateFiles.unused(directory, PrivateFiles.NEW);
      try {
        PrivateFiles.createDirectory(fresh);
        KeyDirectory files = new KeyDirectory(fresh);
        write(files, 1, material);
        files.writeInfo(KeyRecord.first(material.openPgp(), origin, material.agent(), now));
        PrivateFiles.move(fresh, directory.resolve(name));
      } catch (IOException e) {
        PrivateFiles.deleteTree(fresh);
        throw e;
      }
      return reread(name);
    } finally {
      writing.unlock();
    }
  }

  private void checkFree(String name) throws KeyRefused {
    if (!NAME.matcher(name).matches()) {
      throw KeyRefused.bad(
          "this cannot be the name of a key: " + name,
          "use up to 64 of a-z, 0-9, dot, dash and underscore, a letter or digit first");
    }
    if (Files.exists(directory.resolve(name))) {
      throw KeyRefused.conflict("there is a key %s already".formatted(name), "choose another name");
    }
  }

  private static void write(KeyDirectory files, int number, KeyMaterial material)
      throws IOException {
    byte[] secret = material.secret();
    if (secret != null) {
      files.writeSecret(number, secret);
    }
    files.writePublic(number, material.open());
  }

  private KeyReport reread(String name) throws IOException {
    StoredKey key = StoredKey.read(name, at(name), clock);
    keys.put(name, key);
    return key.report();
  }

  // ---- keys that are there --------------------------------------------------------------------

  /// What the time is for the keys.
  public Instant now() {
    return clock.instant();
  }

  /// All keys that can be used, by name.
  public List<KeyReport> list() {
    return keys.values().stream().map(StoredKey::report).toList();
  }

  /// What may be told of a key; null if there is none of that name.
  ///
  /// @throws KeyRefused if it is there and damaged
  public @Nullable KeyReport info(String name) throws KeyRefused {
    return keys.containsKey(name) || damaged.containsKey(name) ? known(name).report() : null;
  }

  /// What clients should have of a key: the current public key, then its successor's if there is
  /// one. Armored, or PEM, of which programs that want one key take the first.
  ///
  /// @throws KeyRefused if there is no such key
  public byte[] publicKey(String name) throws KeyRefused {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Version version : known(name).report().published()) {
      all.writeBytes(version.publicKey().getBytes(StandardCharsets.US_ASCII));
    }
    return all.toByteArray();
  }

  /// What signs for a repository: the current versions of these keys in their order, then their
  /// successors.
  ///
  /// @throws KeyRefused if there is no such key
  public Signers signers(List<String> names) throws KeyRefused {
    List<StoredKey> wanted = new ArrayList<>();
    for (String name : names) {
      wanted.add(known(name));
    }
    List<OpenPgpSigner> openPgp = new ArrayList<>();
    List<RsaSigner> rsa = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      for (StoredKey key : wanted) {
        key.openPgp().stream().skip(i).limit(1).forEach(openPgp::add);
        key.rsa().stream().skip(i).limit(1).forEach(rsa::add);
      }
    }
    return new Signers(openPgp, rsa);
  }

  /// Sentences for the operator: keys that have expired or soon will, and those that cannot be
  /// used.
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    Instant now = clock.instant();
    for (StoredKey key : keys.values()) {
      warnings.addAll(key.warnings());
      String warning = key.report().warning(now);
      if (warning != null) {
        warnings.add(warning);
      }
    }
    damaged.forEach((name, trouble) -> warnings.add(trouble.about(name) + "; " + trouble.advice()));
    return warnings;
  }

  private StoredKey known(String name) throws KeyRefused {
    KeyTrouble trouble = damaged.get(name);
    if (trouble != null) {
      throw KeyRefused.unfit(trouble.about(name), trouble.advice());
    }
    StoredKey key = keys.get(name);
    if (key == null) {
      throw new KeyRefused(
          Reason.UNKNOWN, "there is no key named " + name, "larder key list shows the keys");
    }
    return key;
  }

  // ---- rotation and end -----------------------------------------------------------------------

  /// Makes a successor, valid for as long as the key was and a year at least, and publishes it
  /// beside the key.
  ///
  /// @throws KeyRefused if it has one that can be used, or lies in an agent
  public KeyReport rotate(String name) throws IOException {
    writing.lock();
    try {
      StoredKey key = known(name);
      KeyRecord info = key.info();
      if (info.origin() == Origin.AGENT) {
        throw KeyRefused.conflict(
            "key %s lies in a gpg-agent, Larder cannot make its successor".formatted(name),
            "make one there, add it with larder key agent, and let repositories name both");
      }
      if (key.report().next() != null) {
        throw KeyRefused.conflict(
            "key %s has a successor already".formatted(name),
            "when all clients know it, let it take over: larder key rotate %s --finish"
                .formatted(name));
      }
      int number = Math.max(info.unused(), unused(at(name)));
      write(at(name), number, successor(key.report()));
      at(name).writeInfo(info.rotating(number, clock.instant()));
      return reread(name);
    } finally {
      writing.unlock();
    }
  }

  private static int unused(KeyDirectory files) throws IOException {
    SortedSet<Integer> versions = files.versions();
    return versions.isEmpty() ? 1 : versions.last() + 1;
  }

  private KeyMaterial successor(KeyReport key) throws IOException {
    KeyKind kind =
        !key.openPgp()
            ? KeyKind.RSA4096
            : key.kind().startsWith("openpgp-rsa")
                ? KeyKind.OPENPGP_RSA4096
                : KeyKind.OPENPGP_ED25519;
    String userId = key.current().userId();
    Instant expires = key.current().expires();
    return new NewKey(
            kind,
            userId == null || userId.isEmpty() ? key.name() : userId,
            expires == null ? null : clock.instant().plus(span(key.current().added(), expires)))
        .make(clock);
  }

  /// As long as the former one was here, but one that came late in its life sets no example.
  private static Duration span(Instant added, Instant expires) {
    Duration span = Duration.between(added, expires);
    return span.compareTo(SHORTEST) < 0 ? SHORTEST : span;
  }

  /// Lets the successor take over. The public key of the former one is kept, its secret is not.
  ///
  /// @throws KeyRefused if there is no successor, or it cannot be read; then nothing has changed
  public KeyReport finishRotation(String name) throws IOException {
    writing.lock();
    try {
      KeyRecord info = known(name).info();
      Integer next = info.next();
      if (next == null) {
        throw KeyRefused.conflict(
            "key %s has no successor".formatted(name), "make one first: larder key rotate " + name);
      }
      KeyRecord rotated = info.rotated(next, clock.instant());
      StoredKey key = taken(name, rotated);
      at(name).writeInfo(rotated);
      keys.put(name, key);
      attempt(() -> at(name).forget(info.current()));
      return key.report();
    } finally {
      writing.unlock();
    }
  }

  // From the disk, where it will have to be when the other is no more.
  private StoredKey taken(String name, KeyRecord rotated) throws KeyRefused {
    try {
      return StoredKey.read(name, at(name), rotated, clock);
    } catch (IOException | RuntimeException e) {
      KeyTrouble trouble = KeyTrouble.of(directory.resolve(name), e);
      throw KeyRefused.unfit(
          "the successor of key %s cannot be used: %s".formatted(name, trouble.why()),
          trouble.advice() + ", or make another with larder key rotate " + name);
    }
  }

  /// Removes a key for good, also a damaged one.
  ///
  /// @param users what signs with it, such as repositories
  /// @throws KeyRefused if there are users, or no such key
  public void remove(String name, Collection<String> users) throws IOException {
    writing.lock();
    try {
      if (!damaged.containsKey(name)) {
        known(name);
      }
      if (!users.isEmpty()) {
        throw KeyRefused.conflict(
            "key %s is in use by %s".formatted(name, String.join(", ", users)),
            "give that another key first");
      }
      Path gone = PrivateFiles.unused(directory, GONE);
      PrivateFiles.move(directory.resolve(name), gone);
      keys.remove(name);
      damaged.remove(name);
      PrivateFiles.deleteTree(gone);
    } finally {
      writing.unlock();
    }
  }

  /// The file by which FreeBSD's pkg trusts a public key, in the directory `trusted` of what
  /// `fingerprints` names (pkg.conf(5)): the SHA-256 of its bytes.
  ///
  /// @param publicKey of one key, exactly as it is published
  public static String fingerprintFile(byte[] publicKey) {
    return "function: \"sha256\"\nfingerprint: \"%s\"\n"
        .formatted(RsaSecret.fingerprint(publicKey));
  }
}
