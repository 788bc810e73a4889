# For a tap of one's own: `npm pack`, publish the tarball; `npm run -s formula -- TARBALL URL` fills in address and checksum.
class Larder < Formula
  desc "Watches Apple content caches and fills them before people ask"
  homepage "https://example.org/larder"
  url "https://example.org/larder/larder-0.1.0.tgz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "MIT"

  depends_on "node@24"

  def install
    system "npm", "install", *std_npm_args
    bin.install_symlink libexec.glob("bin/*")
  end

  service do
    run [opt_bin/"larder", "collect"]
    keep_alive true
    require_root true
    log_path var/"log/larder.log"
    error_log_path var/"log/larder.log"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/larder --version")
    (testpath/"larder.json").write "{}"
    assert_match "all right", shell_output("#{bin}/larder config check --config larder.json")
  end
end
