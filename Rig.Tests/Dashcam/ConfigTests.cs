using Rig.CameraNode.Dashcam.Config;

namespace Rig.Tests.Dashcam;

public sealed class ConfigTests
{
    private const string Seed = """
        upload:
          method: rsync
          host: 192.168.1.203
          user: camera_uploader
          port: 22
          dest_path: /data/dashcam
          ssh_key: /etc/camera_service/id_rsa
        camera:
          hub_location: 1-1
          port_number: 1
          mount_base: /mnt/cam
        paths:
          local_staging: /var/lib/camera_service/staging
          log_path: /var/log/camera_service.log
        thresholds:
          disconnect_percent: 50
          shutdown_percent: 25
        poll:
          interval_seconds: 30
          mount_timeout_seconds: 20
          upload_retries: 3
        """;

    [Fact]
    public void The_seeds_file_says_what_the_defaults_say()
    {
        var (config, errors) = ConfigFile.Parse(Seed);
        Assert.Empty(errors);
        Assert.Equivalent(new DashcamConfig(), config);
        Assert.Equal(
            ("192.168.1.203", "camera_uploader", "/data/dashcam", "/etc/camera_service/id_rsa", "1-1", "/mnt/cam"),
            (config.Upload.Host, config.Upload.User, config.Upload.DestPath, config.Upload.SshKey, config.Camera.HubLocation, config.Camera.MountBase));
    }

    [Fact]
    public void A_section_with_one_key_keeps_the_defaults_of_its_others()
    {
        var (config, errors) = ConfigFile.Parse("poll: { upload_retries: 7 }\nthresholds:\ncamera: ~\n");
        Assert.Empty(errors);
        Assert.Equal((7, 30.0, 20.0), (config.Poll.UploadRetries, config.Poll.IntervalSeconds, config.Poll.MountTimeoutSeconds));
        Assert.Equal(50, config.Thresholds.DisconnectPercent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n...\n")]
    [InlineData("\uFEFFpoll: {}\n")]
    public void Nothing_set_is_all_defaults(string yaml)
    {
        var (config, errors) = ConfigFile.Parse(yaml);
        Assert.Empty(errors);
        Assert.Equivalent(new DashcamConfig(), config);
    }

    [Theory]
    [InlineData("upload: { hots: x }", "'upload.hots' is no known key. Did you mean 'upload.host'?")]
    [InlineData("uploads: { host: x }", "'uploads' is no known key. Did you mean 'upload'?")]
    [InlineData("poll: 3", "'poll' is to hold keys with values, and does not.")]
    [InlineData("- a\n- b", "The file is to hold keys with values, such as 'upload:'.")]
    [InlineData("upload: { port: ssh }", "'upload.port' is to be a whole number, not 'ssh'.")]
    [InlineData("upload: { port: 22.5 }", "'upload.port' is to be a whole number, not '22.5'.")]
    [InlineData("upload: { port: 0 }", "'upload.port' is 1 to 65535, not 0.")]
    [InlineData("upload: { port: [22] }", "'upload.port' is to be one value, not a list or a section.")]
    [InlineData("upload: { host: '-oProxyCommand=x' }", "'upload.host' is a name or an address, not '-oProxyCommand=x'.")]
    [InlineData("upload: { user: '-l' }", "'upload.user' is a user's name, not '-l'.")]
    [InlineData("upload: { remote_hash: perhaps }", "'upload.remote_hash' is to be true or false, not 'perhaps'.")]
    [InlineData("upload: { method: ftp }", "'upload.method' is rsync or none, not 'ftp'.")]
    [InlineData("upload: { rsync_flags: [-avz, --remove-source-files] }", "'upload.rsync_flags' may not hold '--remove-source-files': it names no flag, or one that Rig sets itself.")]
    [InlineData("upload: { rsync_flags: [-avzn] }", "'upload.rsync_flags' may not hold '-avzn': it names no flag, or one that Rig sets itself.")]
    [InlineData("upload: { rsync_flags: -avz }", "'upload.rsync_flags' is to be a list, such as [one, two].")]
    [InlineData("upload: { dest_path: data }", "'upload.dest_path' is to be an absolute path without '..', not 'data'.")]
    [InlineData("thresholds: { shutdown_percent: 60 }", "'thresholds.shutdown_percent' (60) is above 'thresholds.disconnect_percent' (50).")]
    [InlineData("thresholds: { shutdown_percent: .nan }", "'thresholds.shutdown_percent' is to be a number, not '.nan'.")]
    [InlineData("camera: { hub_location: ../../etc }", "'camera.hub_location' is a hub's place such as 1-1 or 1-1.4, not '../../etc'.")]
    [InlineData("camera: { product: '8611' }", "'camera.product' wants 'camera.vendor' too.")]
    [InlineData("camera: { copy_subdirs: [../x] }", "'camera.copy_subdirs' holds folders of the camera's volume, not '../x'.")]
    [InlineData("paths: { local_staging: /mnt/cam-1/x }", "'paths.local_staging' lies where the camera is mounted ('camera.mount_base').")]
    [InlineData("poll: { interval_seconds: 0 }", "'poll.interval_seconds' is 1 to 3600, not 0.")]
    [InlineData("policy: { mode: sometimes }", "'policy.mode' is copy_on_mains or record_on_mains, not 'sometimes'.")]
    [InlineData("poll: {}\n---\npoll: {}", "The file holds several YAML documents; it is to be one.")]
    public void What_is_wrong_is_said_with_its_key(string yaml, string sentence) => Assert.Contains(sentence, ConfigFile.Parse(yaml).Errors);

    [Theory]
    [InlineData("poll: {\n")]
    [InlineData("\tpoll: 3\n")]
    [InlineData("poll: {}\npoll: {}\n")]
    [InlineData("a: &a [*a]\n")]
    [InlineData("poll: *nobody\n")]
    [InlineData("\0")]
    [InlineData("? [1, 2]\n: 3\n")]
    public void What_is_no_YAML_or_no_configuration_is_an_error_and_no_exception(string yaml) => Assert.NotEmpty(ConfigFile.Parse(yaml).Errors);

    [Fact]
    public void All_that_is_wrong_is_said_at_once() =>
        Assert.Equal(3, ConfigFile.Parse("upload: { port: x, hots: y }\nthresholds: { shutdown_percent: 80 }").Errors.Count);
}
