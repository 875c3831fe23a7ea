using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.Tests.Dashcam;

/// <summary>The decision as seed 004 tells it, transition by transition.</summary>
public sealed class MachineTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_start_unmounts_what_a_killed_one_left_and_then_switches_the_camera_off()
    {
        var run = new MachineRun();
        Assert.IsType<DashcamEffect.Unmount>(Assert.Single(run.Give(new DashcamInput.Started(0))));
        var next = run.Give(new DashcamInput.UnmountEnded(run.Last<DashcamEffect.Unmount>().Id, true));
        Assert.Equal(PortMode.Off, Assert.IsType<DashcamEffect.SetPort>(Assert.Single(next)).Mode);
    }

    [Fact]
    public void Before_battery_and_host_are_known_the_camera_stays_off()
    {
        var run = new MachineRun().Begun();
        Assert.Empty(run.Give(new DashcamInput.Tick()));
        Assert.Empty(run.Give(new DashcamInput.PowerRead(80, false)));
        Assert.Equal(DashcamGoal.Begin, run.Goal);
    }

    [Fact]
    public void Without_a_network_the_camera_records()
    {
        var run = MachineRun.Recording();
        Assert.Equal((DashcamGoal.Record, PortMode.Record), (run.Goal, run.State.Port));
        Assert.Empty(run.Pass(TimeSpan.FromHours(5)));
    }

    [Fact]
    public void With_the_host_in_reach_it_goes_data_detect_copy_record_upload()
    {
        var run = MachineRun.Copying().Copied().PortDone().Uploaded();
        Assert.Equal(
            ["Unmount", "SetPort Off", "SetPort Data", "Detect", "Copy", "SetPort Record", "Upload"],
            run.Ordered.Select(effect => effect is DashcamEffect.SetPort set ? $"SetPort {set.Mode}" : effect.GetType().Name));
        Assert.Equal((DashcamGoal.Rest, PortMode.Record), (run.Goal, run.State.Port));
    }

    [Fact]
    public void After_a_copy_the_camera_may_stay_off_until_it_is_needed_again()
    {
        var run = MachineRun.Copying(new DecisionRules { AfterCopy = PortMode.Off }).Copied().PortDone().Uploaded();
        Assert.Equal(PortMode.Off, run.State.Port);
        Assert.Empty(run.Pass(TimeSpan.FromHours(3)));

        run.Host(false).Host(false);
        Assert.Equal(PortMode.Record, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Fact]
    public void The_next_copy_waits_for_its_interval()
    {
        var run = MachineRun.Copying().Copied().PortDone().Uploaded();
        Assert.Empty(run.Pass(TimeSpan.FromMinutes(14)));
        Assert.Equal(PortMode.Data, Assert.IsType<DashcamEffect.SetPort>(Assert.Single(run.Pass(Minute))).Mode);
    }

    [Fact]
    public void A_host_that_comes_back_is_copied_for_at_once()
    {
        var run = MachineRun.Copying().Copied().PortDone().Uploaded();
        run.Host(false).Host(false);
        run.Pass(5 * Minute);
        run.Host(true);
        Assert.Equal(PortMode.Data, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Theory]
    [InlineData(50, DashcamGoal.Record)]
    [InlineData(49.9, DashcamGoal.Disconnect)]
    [InlineData(25, DashcamGoal.Disconnect)]
    [InlineData(24.9, DashcamGoal.ShutDown)]
    [InlineData(0, DashcamGoal.ShutDown)]
    internal void Both_thresholds_are_strict(double percent, DashcamGoal goal) =>
        Assert.Equal(goal, new MachineRun().Begun().Host(false).Battery(percent).Goal);

    [Theory]
    [InlineData(52.9, DashcamGoal.Disconnect)]
    [InlineData(53, DashcamGoal.Record)]
    internal void A_battery_that_was_below_a_threshold_must_rise_above_it(double percent, DashcamGoal goal)
    {
        var run = MachineRun.Recording().Battery(49);
        Assert.Equal(DashcamGoal.Disconnect, run.Goal);
        Assert.Equal(goal, run.Battery(percent).Goal);
    }

    [Fact]
    public void A_battery_at_its_threshold_does_not_switch_the_camera_to_and_fro()
    {
        var run = MachineRun.Recording();
        for (var i = 0; i < 100; i++)
        {
            run.Battery(i % 2 == 0 ? 49.9 : 50.1);
            if (run.State.Main is { Kind: TaskKind.SetPort })
            {
                run.PortDone();
            }

            run.Pass(Minute);
        }

        Assert.Equal([PortMode.Off, PortMode.Record, PortMode.Off], run.Ordered.OfType<DashcamEffect.SetPort>().Select(set => set.Mode));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(40)]
    [InlineData(10)]
    public void Mains_ignores_the_thresholds(double percent)
    {
        var run = new MachineRun().Begun().Host(true).Battery(percent, mains: true);
        Assert.Equal(DashcamGoal.Transfer, run.Goal);
    }

    [Fact]
    public void Mains_uploads_what_is_staged_before_it_copies()
    {
        var run = new MachineRun().Begun(pendingFiles: 3).Host(true).Battery(80, mains: true).PortDone();
        Assert.Empty(run.Ordered.OfType<DashcamEffect.Detect>());
        _ = run.Last<DashcamEffect.Upload>();

        run.Uploaded();
        Assert.Equal(PortMode.Data, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Fact]
    public void A_battery_copies_before_it_uploads()
    {
        var run = new MachineRun().Begun(pendingFiles: 3).Battery(80).Host(true).PortDone().Found();
        Assert.Empty(run.Ordered.OfType<DashcamEffect.Upload>());
        run.Copied(pending: 4);
        _ = run.Last<DashcamEffect.Upload>();
    }

    [Fact]
    public void Below_the_disconnect_threshold_a_copy_is_ended_and_the_camera_switched_off_only_after_it_is_unmounted()
    {
        var run = MachineRun.Copying();
        Assert.IsType<DashcamEffect.Cancel>(Assert.Single(run.Give(new DashcamInput.PowerRead(49, false))));
        run.Copied(succeeded: false);
        Assert.Equal(PortMode.Off, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Fact]
    public void Below_the_disconnect_threshold_an_upload_is_ended()
    {
        var run = MachineRun.Copying().Copied();
        run.PortDone();
        var effects = run.Give(new DashcamInput.PowerRead(49, false));
        Assert.Contains(effects, effect => effect is DashcamEffect.Cancel cancel && cancel.Id == run.Last<DashcamEffect.Upload>().Id);
    }

    [Fact]
    public void Below_the_shutdown_threshold_it_unmounts_leaves_the_camera_safe_and_shuts_down()
    {
        var run = MachineRun.Copying();
        run.Battery(24).Copied(succeeded: false, unmounted: false);
        run.Give(new DashcamInput.UnmountEnded(run.Last<DashcamEffect.Unmount>().Id, true));
        run.PortDone();
        Assert.Equal(["Cancel", "Unmount", "SetPort", "ShutDown"], run.Ordered.TakeLast(4).Select(effect => effect.GetType().Name));
        Assert.Equal(PortMode.Off, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Fact]
    public void It_shuts_down_without_cutting_the_power_where_the_volume_cannot_be_unmounted()
    {
        var run = MachineRun.Copying().Battery(24).Copied(succeeded: false, unmounted: false);
        var ports = run.Ordered.OfType<DashcamEffect.SetPort>().Count();
        run.Give(new DashcamInput.UnmountEnded(run.Last<DashcamEffect.Unmount>().Id, false));
        run.Give(new DashcamInput.UnmountEnded(run.Last<DashcamEffect.Unmount>().Id, false));
        _ = run.Last<DashcamEffect.ShutDown>();
        Assert.Equal(ports, run.Ordered.OfType<DashcamEffect.SetPort>().Count());
    }

    [Fact]
    public void It_shuts_down_where_the_port_fails_and_where_nothing_answers_at_all()
    {
        var failed = MachineRun.Recording().Battery(24).PortDone(succeeded: false);
        _ = failed.Last<DashcamEffect.ShutDown>();

        var silent = MachineRun.Copying().Battery(24);
        for (var i = 0; i < 300 && !silent.Ordered.OfType<DashcamEffect.ShutDown>().Any(); i++)
        {
            silent.Pass(TimeSpan.FromSeconds(1));
        }

        _ = silent.Last<DashcamEffect.ShutDown>();
    }

    [Fact]
    public void A_shutdown_that_fails_is_ordered_again_after_a_minute()
    {
        var run = MachineRun.Recording().Battery(24).PortDone();
        run.Give(new DashcamInput.ShutdownEnded(run.Last<DashcamEffect.ShutDown>().Id, false));
        Assert.Empty(run.Pass(TimeSpan.FromSeconds(59)));
        Assert.IsType<DashcamEffect.ShutDown>(Assert.Single(run.Pass(TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void Mains_that_comes_back_before_the_order_keeps_the_machine_running()
    {
        var run = MachineRun.Recording().Battery(24).Battery(24, mains: true).PortDone();
        Assert.Empty(run.Ordered.OfType<DashcamEffect.ShutDown>());
        Assert.Equal(PortMode.Record, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Fact]
    public void A_battery_that_cannot_be_read_is_a_safe_state_and_not_one_to_ignore()
    {
        var run = MachineRun.Copying();
        Assert.IsType<DashcamEffect.Cancel>(Assert.Single(run.Give(new DashcamInput.PowerUnreadable())));
        run.Copied(succeeded: false);
        Assert.Equal(DashcamGoal.Safe, run.Goal);
        Assert.Equal(PortMode.Off, run.Last<DashcamEffect.SetPort>().Mode);
        Assert.Empty(run.Ordered.OfType<DashcamEffect.Upload>());
    }

    [Fact]
    public void Where_no_camera_appears_it_records_and_looks_again_later_and_later()
    {
        var run = new MachineRun().Begun().Battery(80).Host(true).PortDone().Found(false).PortDone();
        Assert.Equal(PortMode.Record, run.State.Port);
        var begin = run.Now;
        var looked = new List<int>();
        while (looked.Count < 4)
        {
            var effects = run.Pass(TimeSpan.FromSeconds(1));
            if (run.State.Main is { Kind: TaskKind.SetPort })
            {
                run.PortDone();
            }

            if (run.State.Main is { Kind: TaskKind.Detect })
            {
                looked.Add((int)(run.Now - begin).TotalMinutes);
                run.Found(false).PortDone();
            }
        }

        Assert.Equal([1, 3, 7, 15], looked);
    }

    [Fact]
    public void A_failed_upload_is_tried_again_later_and_the_camera_records_meanwhile()
    {
        var run = MachineRun.Copying().Copied().PortDone().Uploaded(succeeded: false, pending: 1);
        Assert.Equal(PortMode.Record, run.State.Port);
        Assert.Empty(run.Pass(TimeSpan.FromSeconds(59)));
        Assert.IsType<DashcamEffect.Upload>(Assert.Single(run.Pass(TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void What_a_limit_left_is_copied_after_the_upload()
    {
        var run = MachineRun.Copying().Copied(more: true).PortDone().Uploaded();
        Assert.Equal(PortMode.Data, Assert.IsType<DashcamEffect.SetPort>(Assert.Single(run.Pass(Minute))).Mode);
    }

    [Fact]
    public void What_did_not_fit_is_copied_after_an_upload_made_room()
    {
        var run = MachineRun.Copying().Copied(full: true).PortDone().Uploaded();
        Assert.Equal(PortMode.Data, Assert.IsType<DashcamEffect.SetPort>(Assert.Single(run.Pass(Minute))).Mode);
    }

    [Fact]
    public void One_lost_answer_of_the_host_ends_no_copy_two_do()
    {
        var run = MachineRun.Copying().Host(false);
        Assert.Equal(DashcamGoal.Transfer, run.Goal);
        Assert.IsType<DashcamEffect.Cancel>(Assert.Single(run.Give(new DashcamInput.HostChecked(false))));
        run.Copied(succeeded: false);
        Assert.Equal(PortMode.Record, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Theory]
    [InlineData(PortMode.Off)]
    [InlineData(PortMode.Record)]
    internal void A_signal_unmounts_leaves_the_camera_as_configured_and_ends(PortMode safe)
    {
        var run = MachineRun.Copying(new DecisionRules { SafeState = safe });
        Assert.IsType<DashcamEffect.Cancel>(Assert.Single(run.Give(new DashcamInput.StopRequested())));
        run.Copied(succeeded: false);
        Assert.Equal(safe, run.Last<DashcamEffect.SetPort>().Mode);
        run.PortDone();
        Assert.IsType<DashcamEffect.Exit>(run.Ordered[^1]);
    }

    [Fact]
    public void A_signal_ends_within_the_units_time_also_where_nothing_answers()
    {
        var run = MachineRun.Copying();
        var begin = run.Now;
        run.Give(new DashcamInput.StopRequested());
        while (!run.State.Ended && run.Now - begin < TimeSpan.FromMinutes(5))
        {
            run.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(run.Now - begin, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.False(run.Last<DashcamEffect.Exit>().Succeeded);
    }

    [Fact]
    public void The_predecessors_policy_records_on_mains_and_copies_once_on_battery()
    {
        var run = new MachineRun(new DecisionRules { RecordOnMains = true }).Begun().Host(false).Battery(80, mains: true).PortDone();
        Assert.Equal(PortMode.Record, run.State.Port);

        run.Battery(80).PortDone().Found();
        _ = run.Last<DashcamEffect.Copy>();
        run.Copied().PortDone();
        Assert.Equal(PortMode.Off, run.State.Port);
        Assert.Empty(run.Pass(TimeSpan.FromHours(1)));

        run.Battery(80, mains: true).PortDone();
        Assert.Equal(PortMode.Record, run.State.Port);
    }

    [Fact]
    public void The_predecessors_policy_ends_a_copy_when_mains_comes()
    {
        var run = new MachineRun(new DecisionRules { RecordOnMains = true }).Begun().Host(false).Battery(80).PortDone().Found();
        Assert.IsType<DashcamEffect.Cancel>(Assert.Single(run.Give(new DashcamInput.PowerRead(80, true))));
        run.Copied(succeeded: false);
        Assert.Equal(PortMode.Record, run.Last<DashcamEffect.SetPort>().Mode);
    }

    [Fact]
    public void Once_ends_after_its_round_and_leaves_the_camera_as_decided()
    {
        var run = MachineRun.Copying(new DecisionRules { Once = true }).Copied().PortDone();
        Assert.False(run.State.Ended);
        run.Uploaded();
        Assert.True(Assert.IsType<DashcamEffect.Exit>(run.Ordered[^1]).Succeeded);
        Assert.Equal(PortMode.Record, run.State.Port);
    }

    [Fact]
    public void Once_is_one_copy_also_where_a_limit_left_files()
    {
        var run = MachineRun.Copying(new DecisionRules { Once = true, RetryDelay = TimeSpan.Zero }).Copied(more: true).PortDone().Uploaded();
        Assert.True(Assert.IsType<DashcamEffect.Exit>(run.Ordered[^1]).Succeeded);
        Assert.Single(run.Ordered.OfType<DashcamEffect.Copy>());
    }

    [Fact]
    public void Once_without_a_camera_ends_and_says_that_it_failed()
    {
        var run = new MachineRun(new DecisionRules { Once = true }).Begun().Battery(80).Host(true).PortDone().Found(false).PortDone();
        Assert.False(Assert.IsType<DashcamEffect.Exit>(run.Ordered[^1]).Succeeded);
    }

    [Fact]
    public void A_completion_of_something_given_up_changes_nothing()
    {
        var run = MachineRun.Copying();
        var copy = run.Last<DashcamEffect.Copy>().Id;
        run.Battery(49);
        run.Pass(TimeSpan.FromSeconds(11));
        var before = run.State;
        Assert.True(before.MayBeMounted);
        run.Give(new DashcamInput.CopyEnded(copy, true, Unmounted: true, 5));
        Assert.Equal(before, run.State);
    }

    [Fact]
    public void A_copy_that_stands_still_is_given_up()
    {
        var run = MachineRun.Copying();
        run.Pass(TimeSpan.FromSeconds(119));
        run.Give(new DashcamInput.CopyProgressed(run.Last<DashcamEffect.Copy>().Id));
        run.Pass(TimeSpan.FromSeconds(119));
        Assert.Equal(TaskKind.Copy, run.State.Main!.Kind);
        run.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(TaskKind.Unmount, run.State.Main!.Kind);
    }
}
