using Rig.Domain.Identity;

namespace Rig.Tests.Sessions;

public sealed class IdTests
{
    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("%2e%2e")]
    [InlineData("-leading")]
    [InlineData(".hidden")]
    [InlineData("CON")]
    [InlineData("com1")]
    [InlineData("ＧＡＭＥ")]
    [InlineData("a b")]
    public void A_session_id_that_could_mean_another_place_on_disk_is_refused(string text) => Assert.False(SessionId.TryParse(text, out _));

    [Fact]
    public void A_session_id_of_more_than_64_characters_is_refused() => Assert.False(SessionId.TryParse(new string('a', 65), out _));

    [Theory]
    [InlineData("CAM_l")]
    [InlineData("CAM_")]
    [InlineData("cam_L")]
    [InlineData("CAM_L/..")]
    [InlineData("CAM_123456789")]
    public void A_camera_id_of_another_form_is_refused(string text) => Assert.False(CameraId.TryParse(text, out _));

    [Fact]
    public void An_automatic_session_id_reads_the_master_clock_in_utc() =>
        Assert.Equal("GAME_20240315_140000", SessionId.FromMasterTime(new DateTimeOffset(2024, 3, 15, 16, 0, 0, TimeSpan.FromHours(2))).Value);

    [Theory]
    [InlineData("GAME_20240315_140000_CAM_C", "GAME_20240315_140000", "CAM_C", 1)]
    [InlineData("GAME_20240315_140000_CAM_C_T2", "GAME_20240315_140000", "CAM_C", 2)]
    [InlineData("A_CAM_L_B_CAM_R", "A_CAM_L_B", "CAM_R", 1)]
    [InlineData("Final_T2_CAM_L", "Final_T2", "CAM_L", 1)]
    public void A_recording_id_reads_back_what_it_says(string text, string session, string camera, int take)
    {
        Assert.True(TakeId.TryParse(text, out var id));
        Assert.Equal((session, camera, take), (id.SessionId.Value, id.CameraId.Value, id.Take));
        Assert.Equal(text, id.ToString());
    }

    [Theory]
    [InlineData("GAME_CAM_C_T1")]
    [InlineData("GAME_CAM_C_T02")]
    [InlineData("GAME_CAM_C_T1000")]
    [InlineData("CAM_C")]
    [InlineData("../x_CAM_C")]
    public void A_text_that_is_no_recording_id_is_refused(string text) => Assert.False(TakeId.TryParse(text, out _));
}
