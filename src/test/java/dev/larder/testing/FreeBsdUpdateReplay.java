package dev.larder.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/// FreeBSD's freebsd-update, as a web server sees it: `fetch` and `upgrade` with its requests in
/// its order, and every check it makes of the answers. What the script keeps between runs is here:
/// the key, the last tag, metadata and files by their hashes. Small things by fetch(1), the rest by
/// [Phttpget], one process for each kind.
public final class FreeBsdUpdateReplay implements AutoCloseable {
  private static final Pattern TAG =
      Pattern.compile("freebsd-update\\|(\\S+?)\\|(\\S+?)\\|(\\d+)\\|([0-9a-f]{64})\\|\\d{10}\n");

  private final InetSocketAddress server;
  private final String host;
  private final KeepAlive http;
  private final Path directory = Temporary.directory("larder-update");
  private final Map<String, Bytes> files = new HashMap<>();
  private final Map<String, Integer> lastPatch = new HashMap<>();
  private final Map<String, String> present = new TreeMap<>();
  private Map<String, Bytes> system;
  private byte[] publicKey = new byte[0];

  /// A machine with these files on it.
  ///
  /// @param url of the server: freebsd-update can express neither port nor path, only a name
  /// @param host what stands in `Host`: its ServerName
  /// @param system its files by their paths
  public FreeBsdUpdateReplay(URI url, String host, Map<String, Bytes> system) {
    this.server = new InetSocketAddress(url.getHost(), url.getPort());
    this.host = host;
    this.http = new KeepAlive(server, InetAddress.ofLiteral("127.0.0.1"));
    this.system = new TreeMap<>(system);
  }

  /// What ends the script.
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }

    Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// What a run came to.
  ///
  /// @param patchLevel of the tag
  /// @param patches asked for
  /// @param applied of these, those that were there and led to the right file
  /// @param fetched whole files that had to be fetched
  /// @param runs what phttpget made of its lists, in order
  public record Run(
      int patchLevel, int patches, int applied, int fetched, List<Phttpget.Result> runs) {
    /// Takes a defensive copy.
    public Run {
      runs = List.copyOf(runs);
    }
  }

  /// The signed pointer of a release.
  private record Tag(int patch, String table) {}

  /// `freebsd-update fetch install`.
  public Run fetch(UpdateTree tree) throws Failed {
    List<Phttpget.Result> runs = new ArrayList<>();
    String where = tree.directory();
    fetchKey(where, tree.keyPrint());
    Tag tag = tag(where, tree.release());
    Map<String, String> index = metadata(where, tag, runs, "INDEX-NEW", "INDEX-OLD");
    return files(where, where + "/bp", tag, index, runs);
  }

  /// `freebsd-update -r RELEASE upgrade`.
  public Run upgrade(UpdateTree from, UpdateTree to) throws Failed {
    List<Phttpget.Result> runs = new ArrayList<>();
    fetchKey(from.directory(), from.keyPrint());
    Tag old = tag(from.directory(), from.release());
    metadata(from.directory(), old, runs, "INDEX-OLD", "INDEX-ALL");
    fetchKey(to.directory(), to.keyPrint());
    Tag tag = tag(to.directory(), to.release());
    Map<String, String> index = metadata(to.directory(), tag, runs, "INDEX-ALL");
    String arch = to.directory().substring(to.directory().indexOf('/'));
    return files(to.directory(), "to-" + to.release() + arch + "/bp", tag, index, runs);
  }

  // ---- the key and the tag --------------------------------------------------------------------

  private void fetchKey(String where, String keyPrint) throws Failed {
    if (Sums.sha256(publicKey).equals(keyPrint)) {
      return;
    }
    publicKey = small(where + "/pub.ssl");
    if (!Sums.sha256(publicKey).equals(keyPrint)) {
      throw new Failed("key has incorrect hash.");
    }
  }

  private Tag tag(String where, String release) throws Failed {
    String text = new String(recovered(small(where + "/latest.ssl")), US_ASCII);
    Matcher tag = TAG.matcher(text);
    if (!tag.matches() || !tag.group(2).equals(release)) {
      throw new Failed("invalid signature.");
    }
    int patch = Integer.parseInt(tag.group(3));
    if (patch < lastPatch.getOrDefault(where, 0)) {
      throw new Failed("Files on mirror are older than the most recently seen updates.");
    }
    lastPatch.put(where, patch);
    return new Tag(patch, tag.group(4));
  }

  private byte[] recovered(byte[] signed) throws Failed {
    try {
      String base64 = new String(publicKey, US_ASCII).replaceAll("-----.*?-----", "");
      Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          KeyFactory.getInstance("RSA")
              .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64))));
      return cipher.doFinal(signed);
    } catch (GeneralSecurityException e) {
      throw new Failed("invalid signature.", e);
    }
  }

  // ---- metadata -------------------------------------------------------------------------------

  /// The paths and hashes of the first of the wanted indexes.
  private Map<String, String> metadata(
      String where, Tag tag, List<Phttpget.Result> runs, String... wanted) throws Failed {
    byte[] table = small(where + "/t/" + tag.table());
    if (!Sums.sha256(table).equals(tag.table())) {
      throw new Failed("update metadata index corrupt.");
    }
    Map<String, String> names = new TreeMap<>();
    new String(table, US_ASCII)
        .lines()
        .forEach(line -> names.put(line.split("\\|", 2)[0], line.split("\\|", 2)[1]));
    Map<String, String> patches = new TreeMap<>();
    for (String name : wanted) {
      String hash = names.get(name);
      if (hash == null) {
        throw new Failed("the metadata index has no " + name);
      }
      String had = present.put(name, hash);
      if (had != null && files.containsKey(had) && !files.containsKey(hash)) {
        patches.put(had + "-" + hash, hash);
      }
    }
    metadataPatches(where, patches, runs);
    List<String> missing = missing(Arrays.stream(wanted).map(present::get).toList());
    whole(where + "/m/", missing, "metadata is corrupt.", runs);
    String text = new String(kept(present.get(wanted[0])).raw(), US_ASCII);
    Map<String, String> index = new TreeMap<>();
    text.lines().map(line -> line.split("\\|", -1)).forEach(f -> index.put(f[2], f[8]));
    return index;
  }

  private void metadataPatches(
      String where, Map<String, String> patches, List<Phttpget.Result> runs) throws Failed {
    if (patches.isEmpty()) {
      return;
    }
    Map<String, byte[]> got =
        phttpget(patches.keySet().stream().map(p -> where + "/tp/" + p + ".gz").toList(), runs);
    for (Map.Entry<String, String> patch : patches.entrySet()) {
      byte[] bytes = got.get(patch.getKey() + ".gz");
      if (bytes == null) {
        continue;
      }
      try {
        TreeSet<String> lines =
            new TreeSet<>(
                new String(kept(patch.getKey().substring(0, 64)).raw(), US_ASCII).lines().toList());
        new String(Packed.gunzip(bytes), US_ASCII)
            .lines()
            .forEach(line -> {
              if (line.startsWith("-")) {
                lines.remove(line.substring(1));
              } else {
                lines.add(line.substring(1));
              }
            });
        keep(patch.getValue(), (String.join("\n", lines) + "\n").getBytes(US_ASCII));
      } catch (IOException e) {
        // It is damaged: the file is fetched whole.
      }
    }
  }

  // ---- files ----------------------------------------------------------------------------------

  private Run files(
      String where,
      String patchDirectory,
      Tag tag,
      Map<String, String> index,
      List<Phttpget.Result> runs)
      throws Failed {
    Map<String, String> patches = new TreeMap<>();
    for (Map.Entry<String, String> file : index.entrySet()) {
      Bytes old = system.get(file.getKey());
      if (old != null) {
        String hash = Sums.sha256(old.raw());
        files.put(hash, old);
        if (!hash.equals(file.getValue())) {
          patches.put(hash + "-" + file.getValue(), file.getValue());
        }
      }
    }
    patches.values().removeIf(files::containsKey);
    int applied = 0;
    if (!patches.isEmpty()) {
      List<String> paths = patches.keySet().stream().map(p -> patchDirectory + "/" + p).toList();
      Map<String, byte[]> got = phttpget(paths, runs);
      for (Map.Entry<String, byte[]> patch : got.entrySet()) {
        applied += apply(patch.getValue(), patch.getKey().substring(65)) ? 1 : 0;
      }
    }
    List<String> missing = missing(index.values());
    whole(where + "/f/", missing, "has incorrect hash.", runs);
    Map<String, Bytes> installed = new TreeMap<>(system);
    index.forEach((path, hash) -> installed.put(path, kept(hash)));
    system = installed;
    return new Run(tag.patch(), patches.size(), applied, missing.size(), runs);
  }

  private boolean apply(byte[] patch, String hash) {
    try {
      ByteBuffer head = ByteBuffer.wrap(patch).order(ByteOrder.LITTLE_ENDIAN);
      int control = 32 + (int) head.getLong(8);
      int difference = control + (int) head.getLong(16);
      byte[] steps = Packed.bunzip2(Arrays.copyOfRange(patch, 32, control));
      byte[] extra = Packed.bunzip2(Arrays.copyOfRange(patch, difference, patch.length));
      ByteBuffer step = ByteBuffer.wrap(steps).order(ByteOrder.LITTLE_ENDIAN);
      return step.getLong(0) == 0 && step.getLong(8) == head.getLong(24) && keep(hash, extra);
    } catch (IOException | RuntimeException e) {
      return false; // bspatch says so, and the script goes on without it
    }
  }

  private boolean keep(String hash, byte[] bytes) {
    boolean right = Sums.sha256(bytes).equals(hash);
    if (right) {
      files.put(hash, new Bytes(bytes));
    }
    return right;
  }

  private Bytes kept(@Nullable String hash) {
    Bytes bytes = files.get(hash);
    if (bytes == null) {
      throw new IllegalStateException("it has not kept " + hash);
    }
    return bytes;
  }

  private List<String> missing(Iterable<String> hashes) {
    TreeSet<String> missing = new TreeSet<>();
    hashes.forEach(missing::add);
    missing.removeIf(files::containsKey);
    return List.copyOf(missing);
  }

  private void whole(
      String where, List<String> hashes, String complaint, List<Phttpget.Result> runs)
      throws Failed {
    if (hashes.isEmpty()) {
      return;
    }
    Map<String, byte[]> got =
        phttpget(hashes.stream().map(hash -> where + hash + ".gz").toList(), runs);
    for (String hash : hashes) {
      byte[] bytes = got.get(hash + ".gz");
      if (bytes == null) {
        throw new Failed(where + hash + ".gz: failed.");
      }
      try {
        if (!keep(hash, Packed.gunzip(bytes))) {
          throw new Failed(where + hash + ": " + complaint);
        }
      } catch (IOException e) {
        throw new Failed(where + hash + ": " + complaint, e);
      }
    }
  }

  // ---- requests -------------------------------------------------------------------------------

  private byte[] small(String path) throws Failed {
    try {
      KeepAlive.Answer answer =
          http.get(
              "/" + path,
              List.of("Host: " + host, "Accept: */*", "User-Agent: fetch libfetch/2.0"));
      // Each of these is a process of its own.
      http.drop(false);
      if (answer.status() != 200 || !answer.complete()) {
        throw new Failed(path + ": failed. " + answer.status());
      }
      return answer.body().copy();
    } catch (IOException e) {
      throw new Failed(path + ": " + e.getMessage(), e);
    }
  }

  private Map<String, byte[]> phttpget(List<String> paths, List<Phttpget.Result> runs)
      throws Failed {
    Path into = directory.resolve("run-" + runs.size());
    try {
      Phttpget.Result result = phttpget().fetch(into, paths);
      runs.add(result);
      String failure = result.failure();
      if (failure != null) {
        throw new Failed(failure);
      }
      Map<String, byte[]> got = new TreeMap<>();
      for (String path : paths) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (Files.exists(into.resolve(name))) {
          got.put(name, Files.readAllBytes(into.resolve(name)));
        }
      }
      Temporary.delete(into);
      return got;
    } catch (IOException e) {
      throw new Failed("phttpget: " + e.getMessage(), e);
    }
  }

  private Phttpget phttpget() {
    Phttpget plain = new Phttpget(server);
    return new Phttpget(plain.server(), host, plain.userAgent(), plain.proxied(), plain.timeout());
  }

  /// The files of the machine now, by their paths.
  public Map<String, Bytes> system() {
    return new TreeMap<>(system);
  }

  @Override
  public void close() {
    http.close();
    Temporary.delete(directory);
  }
}
